/*
 * timeline.js - what each thread did when; dragging over it chooses the time that all else is of.
 *
 * Each column of pixels is the time that it stands for, divided by what the thread did then.
 */
viewer.timeline = (function () {
	const data = viewer.data, weights = viewer.weights, format = viewer.format;
	const host = document.getElementById("lanes"), chip = document.getElementById("range");
	const hint = document.getElementById("hint");
	const LANE = 22, BAR = 17, AXIS = 18, LANES_MAX = 100, NAME = 168, NAME_NARROW = 84, RIGHT = 14;
	/* Bottom up. The GIL's holder is told from a thread that only runs. */
	const KINDS = ["gil", "running", "gc", "wait-gil", "wait"];
	let canvas, context, picture, width, ratio, lanes, drag = null, ink = {}, kept = {}, painted = "";

	function kindOf(how) {
		if (how & weights.FLAG.GC)
			return 2;
		switch (how & 7) {
		case 0: return how & weights.FLAG.GIL ? 0 : 1;
		case 1: return 3;
		default: return 4;
		}
	}

	/* Busiest threads first. */
	function chooseLanes() {
		const runs = data.runs;
		return runs.tracks.map((track) => {
			let busy = 0;
			for (let i = track.begin; i < track.end; i++)
				if ((runs.how[i] & 7) === 0)
					busy += runs.time[i];
			return { track, busy };
		}).sort((a, b) => b.busy - a.busy || a.track.thread - b.track.thread).slice(0, LANES_MAX).map((lane) => lane.track);
	}

	const nameWidth = () => (host.clientWidth < 640 ? NAME_NARROW : NAME);
	const span = () => Math.max(1, data.end - data.start);
	const room = () => Math.max(1, Math.floor(width - nameWidth() - RIGHT));
	const xOf = (us) => nameWidth() + (us - data.start) / span() * room();
	/* The nearest moment at which the profile can be cut. */
	const cut = (us) => Math.max(data.start, Math.min(data.end, data.slice ? Math.round(us / data.slice) * data.slice : us));
	const timeAt = (x) => cut(data.start + (x - nameWidth()) / room() * span());

	/*
	 * From when to when a run is drawn. One that was put together from all of a slice is spread
	 * over it: nothing is known of its place inside.
	 */
	function extent(i) {
		const from = data.runs.start[i], to = from + data.runs.time[i], slice = data.slice;
		if (!slice)
			return { from, to };
		const begin = Math.floor(from / slice) * slice;
		return to > begin + slice ? { from, to }
			: { from: Math.max(begin, data.start), to: Math.min(begin + slice, data.end) };
	}

	/* Parts of a column's time, by column and kind. A run is as much work as its ends, however long it is. */
	function fillColumns(track, count) {
		const runs = data.runs, kinds = KINDS.length, scale = count / span();
		const columns = new Float32Array(count * kinds), steps = new Float64Array((count + 1) * kinds);
		const whole = new Float64Array(kinds); /* of the runs that go on through the column */
		for (let i = track.begin; i < track.end; i++) {
			const kind = kindOf(runs.how[i]), drawn = extent(i);
			const from = (drawn.from - data.start) * scale, to = Math.min(count, (drawn.to - data.start) * scale);
			const first = Math.floor(from), last = Math.ceil(to) - 1;
			if (!(to > from))
				continue;
			const dense = runs.time[i] / (drawn.to - drawn.from);
			if (first === last) {
				columns[first * kinds + kind] += dense * (to - from);
				continue;
			}
			columns[first * kinds + kind] += dense * (first + 1 - from);
			columns[last * kinds + kind] += dense * (to - last);
			steps[(first + 1) * kinds + kind] += dense;
			steps[last * kinds + kind] -= dense;
		}
		for (let at = 0; at < columns.length; at++)
			columns[at] += whole[at % kinds] += steps[at];
		return columns;
	}

	/* Filters change none of them: they are kept until the page is wider or narrower. */
	function columnsOf(track) {
		const count = room();
		if (kept.count !== count)
			kept = { count, columns: new Map() };
		if (!kept.columns.has(track))
			kept.columns.set(track, fillColumns(track, count));
		return kept.columns.get(track);
	}

	function paintLane(pen, track, row) {
		const left = nameWidth(), columns = columnsOf(track), count = columns.length / KINDS.length;
		const y = AXIS + row * LANE + 2;
		pen.fillStyle = ink["--lane"];
		pen.fillRect(left, y, count, BAR);
		for (let c = 0; c < count; c++) {
			let bottom = y + BAR;
			for (let kind = 0; kind < KINDS.length; kind++) {
				const high = columns[c * KINDS.length + kind] * BAR;
				if (high < 0.02)
					continue;
				pen.fillStyle = ink["--state-" + KINDS[kind]];
				pen.fillRect(left + c, bottom - high, 1, high);
				bottom -= high;
			}
		}
		const has = weights.filter.threads;
		pen.fillStyle = ink["--ink"];
		pen.globalAlpha = has && !has.has(track.thread) ? 0.4 : 1;
		pen.fillText(shortened(pen, data.threadName(track.thread), left - 14), 10, y + BAR / 2 + 0.5);
		pen.globalAlpha = 1;
	}

	function shortened(pen, text, most) {
		const chars = Array.from(text.slice(0, 200));
		if (pen.measureText(text).width <= most)
			return text;
		while (chars.length && pen.measureText(chars.join("") + "\u2026").width > most)
			chars.pop();
		return chars.join("") + "\u2026";
	}

	function paintAxis(pen) {
		const steps = [1, 2, 5];
		let step = 1, i = 0;
		while (step / span() * room() < 80)
			step = steps[++i % 3] * Math.pow(10, Math.floor(i / 3));
		for (let at = Math.ceil(data.start / step) * step; at <= data.end; at += step) {
			const x = Math.round(xOf(at)) + 0.5;
			pen.fillStyle = ink["--line"];
			pen.fillRect(x, AXIS - 4, 1, lanes.length * LANE + 4);
			pen.fillStyle = ink["--faint"];
			if (x + 40 < width)
				pen.fillText(format.tick(at, step), x + 3, AXIS / 2 + 1);
		}
	}

	/* The lanes are painted once, and copied while a range is chosen. */
	function paint() {
		const height = AXIS + lanes.length * LANE + 2;
		for (const name of ["--ink", "--faint", "--line", "--lane", "--accent", "--shade", ...KINDS.map((kind) => "--state-" + kind)])
			ink[name] = viewer.colours.css(name);
		ratio = window.devicePixelRatio || 1;
		width = host.clientWidth;
		if (!width)
			return;
		/* all that the picture depends on */
		const wanted = [width, ratio, viewer.colours.isDark(), ...(weights.filter.threads || [])].join(" ");
		if (wanted === painted) {
			draw();
			return;
		}
		painted = wanted;
		for (const sheet of [canvas, picture]) {
			sheet.width = Math.round(width * ratio);
			sheet.height = Math.round(height * ratio);
		}
		canvas.style.width = width + "px";
		canvas.style.height = height + "px";
		const pen = picture.getContext("2d");
		pen.setTransform(ratio, 0, 0, ratio, 0, 0);
		pen.font = "11.5px system-ui, sans-serif";
		pen.textBaseline = "middle";
		paintAxis(pen);
		lanes.forEach((track, row) => paintLane(pen, track, row));
		draw();
	}

	function draw() {
		const { from, to } = drag || weights.filter, height = canvas.height / ratio;
		context.setTransform(1, 0, 0, 1, 0, 0);
		context.clearRect(0, 0, canvas.width, canvas.height);
		context.drawImage(picture, 0, 0);
		context.setTransform(ratio, 0, 0, ratio, 0, 0);
		if (!(from > 0 || to < Infinity))
			return;
		const left = xOf(Math.max(from, data.start)), right = xOf(Math.min(to, data.end));
		context.fillStyle = ink["--shade"];
		context.fillRect(nameWidth(), AXIS, left - nameWidth(), height);
		context.fillRect(right, AXIS, nameWidth() + room() - right, height);
		context.fillStyle = ink["--accent"];
		context.fillRect(left - 1, 0, 2, height);
		context.fillRect(right - 1, 0, 2, height);
		context.fillRect(left, 0, right - left, 3);
	}

	function showRange() {
		const { from, to } = drag || weights.filter;
		const isOn = from > 0 || to < Infinity;
		chip.hidden = !isOn;
		hint.hidden = isOn;
		if (isOn)
			chip.textContent = format.duration(Math.max(from, data.start)) + " \u2013 " +
				format.duration(Math.min(to, data.end)) + "  \u00d7";
	}

	function at(event) {
		const bounds = canvas.getBoundingClientRect();
		return { x: event.clientX - bounds.left, row: Math.floor((event.clientY - bounds.top - AXIS) / LANE) };
	}

	/* A thread alone, or all of them again. */
	function pickThread(row) {
		const track = lanes[row], has = weights.filter.threads;
		if (!track)
			return;
		const isAlone = has && has.size === 1 && has.has(track.thread);
		weights.set({ threads: isAlone ? null : new Set([track.thread]) });
	}

	function finishDrag(event) {
		if (!drag)
			return;
		const chosen = drag, moved = Math.abs(at(event).x - chosen.x);
		drag = null;
		const isNone = moved < 3 || chosen.to <= chosen.from;
		weights.set(isNone ? { from: 0, to: Infinity } : { from: chosen.from, to: chosen.to });
	}

	/* What stands below the mouse, in words. */
	function say(event) {
		const { x, row } = at(event), track = lanes[row];
		if (!track || x < nameWidth()) {
			viewer.tip.hide();
			return;
		}
		if (data.slice) {
			viewer.tip.text(viewer.tip.shorten(data.threadName(track.thread)), event.clientX, event.clientY);
			return;
		}
		const now = timeAt(x), runs = data.runs;
		let low = track.begin, high = track.end;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (runs.start[middle] + runs.time[middle] < now)
				low = middle + 1;
			else
				high = middle;
		}
		const how = low < track.end && runs.start[low] <= now ? runs.how[low] : -1;
		let text = data.threadName(track.thread) + " at " + format.duration(now) + ": ";
		text += how < 0 ? "nothing known" : weights.STATES[how & 7];
		if (how >= 0 && how & weights.FLAG.GIL)
			text += ", holds the GIL";
		if (how >= 0 && how & weights.FLAG.GC)
			text += ", collects garbage";
		if (how >= 0 && runs.node[low] > 0)
			text += ", in " + viewer.tree.keyLabel(viewer.tree.keyOf(runs.node[low]));
		viewer.tip.text(viewer.tip.shorten(text), event.clientX, event.clientY);
	}

	/* Arrow keys move the range; with Shift its end. */
	function onKey(event) {
		if (event.key !== "ArrowLeft" && event.key !== "ArrowRight")
			return;
		const step = Math.max(data.slice, span() / 50) * (event.key === "ArrowLeft" ? -1 : 1);
		const isOn = weights.filter.to < Infinity;
		let from = isOn ? weights.filter.from : data.start, to = isOn ? weights.filter.to : data.start + span() / 5;
		if (isOn) {
			to = cut(to + step);
			from = event.shiftKey ? from : cut(from + step);
		}
		from = cut(from);
		to = cut(to);
		if (to > from)
			weights.set({ from, to });
		event.preventDefault();
		event.stopPropagation();
	}

	function listen() {
		canvas.addEventListener("keydown", onKey);
		canvas.addEventListener("pointerdown", (event) => {
			const { x, row } = at(event);
			if (x < nameWidth()) {
				pickThread(row);
				return;
			}
			drag = { x, from: timeAt(x), to: timeAt(x) };
			viewer.tip.hide();
			event.preventDefault();
		});
		window.addEventListener("pointermove", (event) => {
			if (!drag)
				return;
			const x = at(event).x;
			drag.from = timeAt(Math.min(x, drag.x));
			drag.to = timeAt(Math.max(x, drag.x));
			showRange();
			draw();
		});
		window.addEventListener("pointerup", finishDrag);
		canvas.addEventListener("mousemove", (event) => {
			canvas.style.cursor = at(event).x < nameWidth() ? "pointer" : "crosshair";
			if (!drag)
				say(event);
		});
		canvas.addEventListener("mouseleave", () => viewer.tip.hide());
		chip.addEventListener("click", () => weights.set({ from: 0, to: Infinity }));
		new ResizeObserver(paint).observe(host);
	}

	function start() {
		if (!data.hasTime) {
			document.getElementById("timeline").hidden = true;
			return;
		}
		if (data.slice)
			hint.textContent = data.slice < span() / 2 ? "Drag over the time line to choose a part of it, to " + format.duration(data.slice) + "."
				: "So many different stacks are not told apart in time.";
		lanes = chooseLanes();
		canvas = format.element("canvas");
		canvas.tabIndex = 0;
		canvas.setAttribute("role", "application");
		canvas.setAttribute("aria-label", "Time line of the threads: left and right choose a part of it, with Shift its end");
		picture = document.createElement("canvas");
		context = canvas.getContext("2d");
		host.append(canvas);
		if (data.runs.tracks.length > LANES_MAX)
			host.append(format.element("div", "more", data.runs.tracks.length - LANES_MAX + " more threads are not shown here"));
		listen();
		paint();
	}

	return {
		start,
		refresh() {
			if (data.hasTime) {
				showRange();
				paint();
			}
		},
		/* where a time stands, for who looks from outside */
		xOf,
	};
})();
