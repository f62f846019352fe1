// The desk: the live part, and a form for numbers that needs no more than three keys (n, the language's first letter, Enter).

import { keepFresh } from "./staff.js";

const PAUSE = 900;

// Letters typed in a group of chips choose by what `data-says` begins with; the same letter again goes on to the next.
function chooseByTyping(group) {
  let typed = "", last = 0;
  group.addEventListener("keydown", (event) => {
    if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.altKey || event.metaKey) return;
    const letter = event.key.toLowerCase();
    typed = event.timeStamp - last > PAUSE ? letter : typed + letter;
    last = event.timeStamp;
    const chips = [...group.querySelectorAll("input")], next = chips.indexOf(document.activeElement) + 1;
    const saying = (start) => (chip) => chip.dataset.says.split("|").some((word) => word.startsWith(start));
    const found = (typed.length > 1 && chips.find(saying(typed))) || [...chips.slice(next), ...chips.slice(0, next)].find(saying(letter));
    if (!found) return;
    event.preventDefault();
    found.checked = true;
    found.focus();
  });
}

document.querySelectorAll("[data-typed]").forEach(chooseByTyping);
keepFresh(document.getElementById("now"));
