"""Every table, a page a theme. Every row belongs to a centre; names and phones of visitors stand in one table alone.

Texts for people are JSON by language: {"de": "...", "en": "...", "ar": "..."}. Times are aware UTC (UtcDateTime);
rosters are local weekdays (Monday is 0) and wall times.
"""

from booking.store.db import Base as Base
from booking.store.models.appointments import Appointment as Appointment
from booking.store.models.appointments import Claim as Claim
from booking.store.models.appointments import CoverGrant as CoverGrant
from booking.store.models.appointments import CoverLine as CoverLine
from booking.store.models.appointments import CoverPlan as CoverPlan
from booking.store.models.appointments import Hold as Hold
from booking.store.models.appointments import Repeat as Repeat
from booking.store.models.appointments import Visitor as Visitor
from booking.store.models.centres import Area as Area
from booking.store.models.centres import Board as Board
from booking.store.models.centres import Carrier as Carrier
from booking.store.models.centres import Centre as Centre
from booking.store.models.centres import Closure as Closure
from booking.store.models.centres import FileLine as FileLine
from booking.store.models.centres import Hours as Hours
from booking.store.models.centres import Installation as Installation
from booking.store.models.centres import Lease as Lease
from booking.store.models.centres import Partner as Partner
from booking.store.models.centres import Programme as Programme
from booking.store.models.centres import ProgrammeArea as ProgrammeArea
from booking.store.models.centres import Room as Room
from booking.store.models.centres import Site as Site
from booking.store.models.centres import Topic as Topic
from booking.store.models.centres import TopicProgramme as TopicProgramme
from booking.store.models.desk import Alarm as Alarm
from booking.store.models.desk import PaperNumber as PaperNumber
from booking.store.models.desk import QueueStop as QueueStop
from booking.store.models.desk import Whereabouts as Whereabouts
from booking.store.models.people import Absence as Absence
from booking.store.models.people import DayShift as DayShift
from booking.store.models.people import GapOverride as GapOverride
from booking.store.models.people import Interpreter as Interpreter
from booking.store.models.people import InterpreterHours as InterpreterHours
from booking.store.models.people import Look as Look
from booking.store.models.people import Shift as Shift
from booking.store.models.people import SignInLink as SignInLink
from booking.store.models.people import Staff as Staff
from booking.store.models.people import StaffLanguage as StaffLanguage
from booking.store.models.people import StaffProgramme as StaffProgramme
from booking.store.models.people import StaffRoom as StaffRoom
from booking.store.models.people import StaffSession as StaffSession
from booking.store.models.people import StaffToken as StaffToken
from booking.store.models.queue import Figure as Figure
from booking.store.models.queue import Message as Message
from booking.store.models.queue import Pairing as Pairing
from booking.store.models.queue import Screen as Screen
from booking.store.models.queue import Series as Series
from booking.store.models.queue import Step as Step
from booking.store.models.queue import Ticket as Ticket
from booking.store.models.screens import Forecast as Forecast
from booking.store.models.screens import InfoPage as InfoPage
from booking.store.models.screens import Promise as Promise
from booking.store.models.waitlist import WaitEntry as WaitEntry
from booking.store.models.waitlist import WaitOffer as WaitOffer
