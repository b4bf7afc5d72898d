#!/usr/bin/env python3
"""Works out indicators again from an exported Data Package, and compares them with its figures.

    recompute.py FOLDER

Written from the definitions alone (indicators.csv of the package), with nothing but the standard
library: it shares no code with the program that published the figures. It ends with 1 if a figure
differs, or if fewer than 30 indicators could be compared.
"""

import csv
import datetime as dt
import json
import math
import pathlib
import statistics
import sys

folder = pathlib.Path(sys.argv[1])
description = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
FROM = dt.date.fromisoformat(description["period"]["from"])
TO = dt.date.fromisoformat(description["period"]["to"])


def rows(table):
    resource = next(r for r in description["resources"] if r["name"] == table)
    kinds = {f["name"]: f["type"] for f in resource["schema"]["fields"]}

    def read(name, text):
        if text == "":
            return None
        kind = kinds[name]
        if kind == "integer":
            return int(text)
        if kind == "number":
            return float(text)
        if kind == "boolean":
            return {"true": True, "false": False}[text]
        if kind == "date":
            return dt.date.fromisoformat(text)
        return text

    with open(folder / resource["path"], newline="", encoding="utf-8") as file:
        return [{n: read(n, t) for n, t in row.items()} for row in csv.DictReader(file)]


figures = {}
for row in rows("figures"):
    if row["site"] is None:
        figures[(row["code"], row["part"], row["dimension"], row["category"])] = row

compared, hidden, wrong = set(), 0, []


def close(a, b):
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=2e-6)


def check(code, value, part="value", dimension=None, category=None, over=None, missing=None):
    """Compares one figure; what is suppressed cannot be compared."""
    global hidden
    published = figures.get((code, part, dimension, category))
    name = "/".join(str(x) for x in (code, part, dimension, category) if x)
    if published is None:
        wrong.append(f"{name}: not published, worked out as {value}")
        return
    for field, ours in (("value", value), ("denominator", over), ("missing", missing)):
        if field in (published["suppressed"] or "").split():
            hidden += 1
            continue
        theirs = published[field]
        if field != "value" and ours is None:
            continue
        if (ours is None) != (theirs is None) or (ours is not None and not close(ours, theirs)):
            wrong.append(f"{name}: {field} is {theirs}, worked out as {ours}")
        else:
            compared.add(code)


def inside(day):
    return day is not None and FROM <= day < TO


def ratio(part, whole):
    return part / whole if whole else None


def months_later(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(day.day, last))


def percentile(values, p):
    """Linear interpolation between the two nearest ranks, counted from 0."""
    if not values:
        return None
    values = sorted(values)
    rank = p * (len(values) - 1)
    low, high = math.floor(rank), math.ceil(rank)
    return values[low] + (values[high] - values[low]) * (rank - low)


def spread(code, values, missing=None, parts=("median", "p90")):
    for part, p in zip(parts, (0.5, 0.9)):
        check(code, percentile(values, p), part=part, over=len(values), missing=missing)


def count_by(code, dimension, values, words):
    for word in words:
        check(code, sum(1 for v in values if v == word), dimension=dimension, category=word)


words = {}
for row in rows("code_lists"):
    words.setdefault((row["table"], row["column"]), []).append(row["word"])

programme = rows("programme")[0]
households = rows("households")
persons = rows("persons")
surveys = rows("surveys")
devices = {row["device"]: row for row in rows("devices")}
placements = rows("placements")
tickets = rows("tickets")
sessions = rows("sessions")
attendance = rows("attendance")

# 1 to 12: people
homes = {h["household"]: h for h in households if inside(h["installed_on"])}
enrolled = sum(1 for h in households if inside(h["charter_on"]))
approached = programme["households_approached"]
check("households_approached", approached)
check("households_enrolled", enrolled)
check("take_up_rate", ratio(enrolled, approached), over=approached)
check("households_installed", len(homes))
people = [p for p in persons if p["household"] in homes]
check("persons_reached", len(people))
minors = [p["minority"] for p in people]
check("children_concerned", sum(1 for m in minors if m in ("under_12", "from_12_to_17")))
count_by("children_concerned", "age", minors, ("under_12", "from_12_to_17"))
for code in ("age_band", "gender", "social_status"):
    count_by(code, code, [p[code] for p in people], words[("persons", code)])
kinds = [h["household_type"] for h in homes.values()]
count_by("household_type", "household_type", kinds, words[("households", "household_type")])
lines = [h["home_line_before"] for h in homes.values() if h["home_line_before"] is not None]
check("first_time_connected", lines.count(False), over=len(lines), missing=len(homes) - len(lines))
reasons = []
for h in households:
    if inside(h["left_on"]):
        reasons.append(h["leave_reason"])
    elif inside(h["decided_on"]):
        reasons.append(h["reason"])
check("refusals_withdrawals", len(reasons))
count_by("refusals_withdrawals", "reason", reasons, words[("households", "reason")])

applied = [h["state"] for h in households if h["applied_on"] < TO]
check("applications", len(applied))
count_by("applications", "state", applied, words[("households", "state")])

# 13 to 24: computers
lots = [row for row in rows("lots") if inside(row["received_on"])]
accepted, rejected = sum(r["accepted"] for r in lots), sum(r["rejected"] for r in lots)
uncounted = sum(max(0, (r["announced"] or 0) - r["accepted"] - r["rejected"]) for r in lots)
check("device_yield", ratio(accepted, accepted + rejected), over=accepted + rejected, missing=uncounted)

stays = {}
for p in sorted(placements, key=lambda p: p["from"]):
    if p["place"] == "home" and p["household"] and p["from"] < TO:
        stays.setdefault((p["device"], p["household"]), []).append(p)
handovers = [s for s in stays.values() if inside(s[0]["from"])]


def known_share(code, holds):
    known = [holds(s[0]) for s in handovers if holds(s[0]) is not None]
    check(code, ratio(sum(known), len(known)), over=len(known), missing=len(handovers) - len(known))


def signed(stay):
    both = (stay["signed_by_household"], stay["signed_by_carrier"])
    return None if None in both else all(both)


known_share("erasure_proof_rate", lambda stay: stay["erasure_proof"])
known_share("handover_signed_rate", signed)
ages = [s[0]["age_months"] / 12 for s in handovers if s[0]["age_months"] is not None]
spread("device_age", ages, len(handovers) - len(ages), ("age_median", "age_p90"))
hours = [s[0]["power_on_hours"] for s in handovers if s[0]["power_on_hours"] is not None]
spread("device_age", hours, len(handovers) - len(hours), ("power_on_median", "power_on_p90"))
count_by("grade_at_handover", "grade", [s[0]["grade"] for s in handovers], ("a", "b", "c"))
first = {}
for (device, _), s in stays.items():
    if device not in first or s[0]["from"] < first[device]:
        first[device] = s[0]["from"]
waits = [
    (day - devices[d]["received_on"]).days
    for d, day in first.items()
    if inside(day) and d in devices and devices[d]["received_on"]
]
spread("intake_to_home", waits)

outcomes = []
for s in handovers:
    mark = months_later(s[0]["from"], 12)
    if mark > TO:
        continue
    eve = mark - dt.timedelta(days=1)
    if any(p["from"] <= eve and (p["to"] is None or eve < p["to"]) for p in s):
        outcomes.append("kept")
    else:
        ended = [p for p in s if p["to"] and p["to"] <= mark]
        outcomes.append(ended[-1]["exit"] if ended else None)
count_by("exit_outcome", "outcome", outcomes, words[("placements", "exit")])
check("exit_outcome", len(outcomes), part="handovers")

last = TO - dt.timedelta(days=1)
used = [
    d for (d, _), s in stays.items()
    if any(p["from"] <= last and (p["to"] is None or last < p["to"]) for p in s)
]
masses = [devices[d]["mass_g"] for d in used if d in devices and devices[d]["mass_g"] is not None]
check("mass_reused", sum(masses) / 1000, over=len(masses), missing=len(used) - len(masses))
factors = {row["kind"]: row for row in rows("carbon_factors")}
for part, column in (("value", "central_g"), ("low", "low_g"), ("high", "high_g")):
    grams = [factors[devices[d]["kind"]][column] for d in used if devices[d]["kind"] in factors]
    named = next((k for k in figures if k[0] == "co2e_avoided" and k[1] == part), None)
    if named:
        check("co2e_avoided", sum(grams) / 1000 if grams else None, part=part, dimension="factor", category=named[3])

days = {(d["device"], d["household"], d["day"]): d for d in rows("device_days")}
service = []
for (device, home), s in stays.items():
    for p in s:
        day = max(p["from"], FROM)
        while day < min(p["to"] or TO, TO):
            service.append((device, home, day, days.get((device, home, day))))
            day += dt.timedelta(days=1)
check("device_days_in_service", len(service))
known = sum(
    1 for *_, row in service
    if row and row["longest_unknown_minutes"] is not None and row["longest_unknown_minutes"] <= 120
)
check("device_days_known", known)
check("data_completeness", ratio(known, len(service)), over=len(service))

# 25 to 34: use
YES, NO, UNKNOWN = "yes", "no", "unknown"


def active(row):
    if row is None or not row["usage_consent"] or row["on_minutes"] is None:
        return UNKNOWN
    return YES if row["on_minutes"] >= 10 else NO


def together(list_of_rows):
    if any(row is not None and not row["usage_consent"] for row in list_of_rows):
        return UNKNOWN
    states = {active(row) for row in list_of_rows}
    return YES if YES in states else UNKNOWN if UNKNOWN in states else NO


def share(code, states, **where):
    yes, no = states.count(YES), states.count(NO)
    check(code, ratio(yes, yes + no), over=yes + no, missing=states.count(UNKNOWN), **where)


states = [active(row) for *_, row in service]
check("active_days", states.count(YES), over=len(states) - states.count(UNKNOWN), missing=states.count(UNKNOWN))
weeks = {}
for device, home, day, row in service:
    year, week, _ = day.isocalendar()
    weeks.setdefault(f"{year}-W{week:02}", {}).setdefault((device, home), []).append(row)
for week, of_devices in weeks.items():
    share("weekly_active_rate", [together(r) for r in of_devices.values()], dimension="week", category=week)

by_home, by_device = {}, {}
for device, home, day, row in service:
    by_home.setdefault(home, []).append((day, row))
    by_device.setdefault((device, home), []).append((day, row))
started = []
for (device, home), s in stays.items():
    begin = s[0]["from"]
    end = begin + dt.timedelta(days=14)
    if inside(begin) and end <= TO:
        started.append(together([r for d, r in by_device.get((device, home), []) if begin <= d < end]))
check("never_started", started.count(NO), over=len(started) - started.count(UNKNOWN), missing=started.count(UNKNOWN))

active_at_12 = 0
for n in range(1, 13):
    states = []
    for key, home in homes.items():
        mark = months_later(home["installed_on"], n)
        if mark > TO or (home["left_on"] and home["left_on"] <= mark):
            continue
        begin = mark - dt.timedelta(days=28)
        states.append(together([r for d, r in by_home.get(key, []) if begin <= d < mark]))
    share("retention", states, dimension="month", category=str(n))
    yes, lost = states.count(YES), states.count(UNKNOWN)
    check("retention", ratio(yes, len(states)), part="low", dimension="month", category=str(n))
    check("retention", ratio(yes + lost, len(states)), part="high", dimension="month", category=str(n))
    active_at_12 = yes

bands = {"under_1": (0, 60), "1_to_2": (60, 120), "2_to_4": (120, 240), "4_to_8": (240, 480), "from_8": (480, 9999)}
minutes = [row["on_minutes"] for *_, row in service if active(row) == YES]
for band, (low, high) in bands.items():
    check("powered_hours", sum(1 for m in minutes if low <= m < high), dimension="hours", category=band)
seen = [row["connected"] for *_, row in service if row and row["usage_consent"] and row["connected"] is not None]
check("connected_days", seen.count(True), over=len(seen), missing=len(service) - len(seen))
on = [row for *_, row in service if row and row["usage_consent"] and row["on_minutes"] is not None and row["reached_minutes"] is not None]
powered = sum(row["on_minutes"] for row in on)
check("connectivity_when_on", ratio(sum(row["reached_minutes"] for row in on), powered), over=powered, missing=len(service) - len(on))

outages = [o for o in rows("outages") if o["lasted_minutes"] > 1440 and inside(o["from"])]
check("outages_long", len(outages))
count_by("outages_long", "cause", [o["cause"] for o in outages], words[("outages", "cause")])
restored = [o["lasted_minutes"] / 60 for o in outages if o["recovered"]]
spread("restore_time", restored, len(outages) - len(restored))
for n in (7, 14, 30):
    longest = {}
    for s in rows("silences"):
        length = (min(s["to"] or TO, TO) - s["from"]).days
        if inside(s["from"]) and length >= n:
            key = (s["device"], s["household"])
            if key not in longest or longest[key][0] < length:
                longest[key] = (length, s["cause"])
    check("silent_devices", len(longest), dimension=f"silent_{n}_days")

# 35 to 45: maintenance
opened = [t for t in tickets if t["household"] and inside(t["opened_on"])]
solved = [t for t in tickets if t["household"] and inside(t["resolved_on"])]
device_months = len(service) / 30.4375
check("ticket_rate", ratio(100 * len(opened), device_months), over=len(service))
count_by("tickets_by_category", "category", [t["category"] for t in opened], words[("tickets", "category")])
for code, column in (("first_response", "first_response_minutes"), ("resolution_time", "resolution_minutes")):
    times = [t[column] / 60 for t in opened if t[column] is not None]
    spread(code, times, len(opened) - len(times))
check("remote_resolution_rate", ratio(sum(1 for t in solved if t["visits"] == 0), len(solved)), over=len(solved))
check("home_visits", ratio(100 * sum(t["visits"] for t in opened), device_months))
check("proactive_share", ratio(sum(1 for t in opened if t["origin"] == "rule"), len(opened)), over=len(opened))
judged = again = 0
for t in solved:
    until = t["resolved_on"] + dt.timedelta(days=30)
    if t["device"] is None or until > TO:
        continue
    judged += 1
    again += any(
        o["ticket"] != t["ticket"] and o["device"] == t["device"] and o["category"] == t["category"]
        and t["resolved_on"] <= o["opened_on"] < until
        for o in tickets
    )
check("repeat_30d_rate", ratio(again, judged), over=judged, missing=len(solved) - judged)
told = [row for *_, row in service if row]
check("device_availability", ratio(sum(1 for r in told if not r["blocked"]), len(told)), over=len(told))
checks = [c["verdict"] for c in rows("disk_checks") if inside(c["day"])]
count_by("disk_warnings", "verdict", checks, ("true", "false", "missed"))
repairs = [r for r in rows("repairs") if inside(r["begun_on"])]
count_by("repair_outcome", "status", [r["outcome"] for r in repairs], words[("repairs", "outcome")])
count_by("repair_outcome", "barrier", [r["barrier"] for r in repairs], words[("repairs", "barrier")])

# 46 to 52: workshop
held = {s["session"]: s for s in sessions if inside(s["day"])}
check("sessions", len(held))
for column in ("kind", "place", "level"):
    count_by("sessions", column, [s[column] for s in held.values()], words[("sessions", column)])
group = {k for k, s in held.items() if s["kind"] == "collectif"}
taken = {(a["session"], a["participant"]) for a in attendance if a["session"] in group}
offered = sum(held[k]["seats"] for k in group)
check("seat_fill_rate", ratio(len(taken), offered), over=offered)
came = [a for a in attendance if a["session"] in held]
check("participants", len({a["participant"] for a in came}))
person_minutes = sum(a["attended_minutes"] for a in came if a["attended_minutes"] is not None)
check("person_hours", person_minutes / 60, missing=sum(1 for a in came if a["attended_minutes"] is None))
visits = {}
for a in came:
    if a["household"] in homes:
        visits.setdefault(a["household"], set()).add(a["session"])
for n in (1, 3):
    check("households_trained", sum(1 for v in visits.values() if len(v) >= n), part=f"at_least_{n}", over=len(homes))
count_by("autonomy", "autonomy", [a["autonomy"] for a in came], words[("attendance", "autonomy")])
themes = [t["theme"] for t in rows("session_themes") if t["session"] in held]
given = {a["assistance"] for a in rows("assistance") if inside(a["day"])}
themes += [t["theme"] for t in rows("assistance_themes") if t["assistance"] in given]
count_by("themes", "theme", themes, words[("session_themes", "theme")])

# 53 to 56: effects and cost
waves = {"start": {}, "end": {}}
for s in surveys:
    if s["answered_on"]:
        waves[s["wave"]][s["household"]] = s
pairs = [(waves["start"][h], waves["end"][h]) for h in homes if h in waves["start"] and h in waves["end"]]
check("paired_response_rate", ratio(len(pairs), len(homes)), over=len(homes))
for at, dimension in ((0, "before"), (1, "after")):
    count_by("use_and_skill_change", dimension, [p[at]["frequency"] for p in pairs], words[("surveys", "frequency")])
never = [p for p in pairs if p[0]["frequency"] == "never" and p[1]["frequency"]]
regular = [p for p in never if p[1]["frequency"] in ("daily", "weekly")]
check("use_and_skill_change", ratio(len(regular), len(never)), part="never_to_regular", over=len(never))


def score(wave, home):
    row = waves[wave].get(home)
    items = [row[f"skill_{n}"] for n in range(1, 11)] if row else [None]
    return None if None in items else sum(items)


changes, worst, best = [], [], []
for home in homes:
    start, end = score("start", home), score("end", home)
    if start is not None and end is not None:
        changes.append(end - start)
    worst.append((0 if end is None else end) - (40 if start is None else start))
    best.append((40 if end is None else end) - (0 if start is None else start))


def student(freedom):
    """The 97.5 % point of Student's t, by bisection of its integral (Simpson)."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)

    def below(t, steps=2000):
        width = t / steps
        total = 0.0
        for i in range(steps + 1):
            weight = 1 if i in (0, steps) else 4 if i % 2 else 2
            total += weight * (1 + (i * width) ** 2 / freedom) ** (-(freedom + 1) / 2)
        return 0.5 + scale * total * width / 3

    low, high = 0.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < 0.975 else (low, middle)
    return low


skill = "use_and_skill_change"
if changes:
    mean = statistics.fmean(changes)
    check(skill, mean, part="skill_mean_change", over=len(changes))
if len(changes) > 1:
    reach = student(len(changes) - 1) * statistics.stdev(changes) / math.sqrt(len(changes))
    for part, value in (("skill_low_95", mean - reach), ("skill_high_95", mean + reach)):
        published = figures[(skill, part, None, None)]["value"]
        # The published quantile comes from a table and a series of five digits.
        if published is not None and abs(published - value) > 1e-4:
            wrong.append(f"{skill}/{part}: is {published}, worked out as {value}")
if homes:
    check(skill, statistics.fmean(worst), part="skill_worst")
    check(skill, statistics.fmean(best), part="skill_best")
for part, wave in (("alone_before", "start"), ("alone_after", "end")):
    said = [waves[wave][h]["procedures_alone"] for h in homes if h in waves[wave]]
    said = [s for s in said if s is not None]
    check("autonomy_online", ratio(said.count(True), len(said)), part=part, over=len(said))
kept = [h["line_kept"] for h in homes.values() if months_later(h["installed_on"], 12) <= TO]
kept = [k for k in kept if k is not None]
check("autonomy_online", ratio(kept.count(True), len(kept)), part="line_kept", over=len(kept))
if rows("costs"):
    costs = [c for c in rows("costs") if inside(c["day"])]
    total = sum(c["amount_cents"] for c in costs) / 100
    check("cost", total)
    for item in words[("costs", "item")]:
        cents = sum(c["amount_cents"] for c in costs if c["item"] == item)
        check("cost", cents / 100, dimension="item", category=item)
    check("cost", ratio(total, len(homes)), part="per_household_installed")
    check("cost", ratio(total, active_at_12), part="per_household_active_at_month_12")
    check("cost", ratio(total, person_minutes / 60), part="per_training_person_hour")
    check("cost", ratio(total, len(minutes)), part="per_active_device_day")
else:
    check("cost", None)

for line in wrong:
    print("DIFFERS", line)
print(f"{len(compared)} indicators compared, {hidden} numbers suppressed, {len(wrong)} differences")
sys.exit(1 if wrong or len(compared) < 30 else 0)
