// The counsellor's page: the live part (the keys are on its buttons), and the room she chose last.

import { keepFresh } from "./staff.js";

const KEPT = "room";
const part = document.getElementById("now");

function chooseRoom() {
  const rooms = document.getElementById("room"), kept = localStorage.getItem(KEPT);
  if (!rooms.disabled && [...rooms.options].some((option) => option.value === kept)) rooms.value = kept;
}

part.addEventListener("change", (event) => event.target.id === "room" && localStorage.setItem(KEPT, event.target.value));
part.addEventListener("fresh", chooseRoom);
chooseRoom();
keepFresh(part);
