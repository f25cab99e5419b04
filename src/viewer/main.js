/*
 * main.js - the page as a whole: views, choices, keys.
 */
(function () {
	const data = viewer.data, weights = viewer.weights, tree = viewer.tree, format = viewer.format;
	const search = viewer.search, colours = viewer.colours;
	const VIEWS = ["flame", "inverted", "sandwich", "source"];
	const byId = (id) => document.getElementById(id);
	let view = "flame";

	const say = (text) => { byId("status").textContent = text; };
	const pick = (box) => {
		const func = tree.boxFunc(box);
		if (!func || func.kind === data.KIND.THREAD || func.kind === data.KIND.PROCESS)
			return;
		viewer.sandwich.choose(func.index);
		show("sandwich");
	};
	const flames = {
		flame: new viewer.Flame(byId("flame"), { onStatus: say, onPick: pick }),
		inverted: new viewer.Flame(byId("inverted"), { onStatus: say, onPick: pick }),
	};
	viewer.flames = flames;
	viewer.sandwich.start(say);
	viewer.sandwich.onChoose((func) => viewer.source.open(func));

	/* The one that keys move in. */
	function active() {
		if (view === "sandwich") {
			const focused = viewer.sandwich.flames.find((flame) => flame.host === document.activeElement);
			return focused || null;
		}
		return flames[view] || null;
	}

	/* The view that is looked at; the others are made when they are. */
	function refreshView() {
		const isEmpty = !(weights.all > 0);
		byId("nothing").hidden = !isEmpty;
		byId("nothing").textContent = weights.isFiltered() ? "No samples under these filters." : "No samples.";
		for (const name of VIEWS)
			byId(name).hidden = isEmpty || name !== view;
		for (const tab of document.querySelectorAll("[role=tab]"))
			tab.setAttribute("aria-selected", String(tab.dataset.view === view));
		if (!isEmpty) {
			if (view === "flame")
				flames.flame.show(tree.whole());
			else if (view === "inverted")
				flames.inverted.show(tree.inverted());
			else
				viewer[view].refresh();
		}
	}

	function refresh() {
		search.refresh();
		refreshView();
		viewer.timeline.refresh();
		showMatched();
		showFacts();
		showStates();
		showLegend();
	}

	function redraw() {
		for (const flame of [...Object.values(flames), ...viewer.sandwich.flames])
			flame.draw();
	}

	function show(name) {
		view = name;
		refreshView();
		if (flames[name])
			flames[name].host.focus({ preventScroll: true });
	}

	/* Of a difference, one of its sides. */
	function sideFacts(name, title, samples, elapsedUs) {
		return name + ": " + title + ", " + format.samples(samples) +
			(elapsedUs > 0 ? " in " + format.duration(elapsedUs) : "");
	}

	function captureFacts(facts) {
		const parts = [format.samples(weights.allOf("samples"))];
		if (weights.allOf("time") > 0 && data.hasTime)
			parts.push(format.duration(weights.allOf("time")) + " of " +
				(data.runs.tracks.length === 1 ? "one thread" : data.runs.tracks.length + " threads"));
		if (facts.elapsedUs > 0)
			parts.push("recorded for " + format.duration(facts.elapsedUs));
		if (facts.python)
			parts.push("Python " + facts.python);
		if (facts.rate > 0)
			parts.push(format.count(facts.rate) + " looks a second");
		if (facts.startMs > 0)
			parts.push(new Date(facts.startMs).toISOString().replace("T", " ").slice(0, 19) + " UTC");
		if (facts.host)
			parts.push(facts.host);
		if (facts.torn + facts.unreadable > 0)
			parts.push(format.count(facts.torn + facts.unreadable) + " not readable");
		if (facts.hiddenWaiting > 0)
			parts.push(format.count(facts.hiddenWaiting) + " of waiting threads left out");
		if (facts.truncated)
			parts.push("the recording ends early");
		return parts;
	}

	function showFacts() {
		const diff = data.diff;
		const parts = diff ? [sideFacts("old", diff.old, weights.allOf("oldSamples"), diff.oldElapsedUs),
			sideFacts("new", diff.new, weights.allOf("samples"), diff.newElapsedUs),
			"compared by function, not by line"] : captureFacts(data.facts);
		byId("facts").textContent = parts.join("  \u00b7  ");
	}

	function showMatched() {
		byId("matched").textContent = search.isOn ? format.percent(search.share) + " matched" : "";
		byId("search").classList.toggle("wrong", search.isWrong);
	}

	/* What threads did, by share of the time under the other filters; each can be left out. */
	const STATE_KINDS = [
		{ id: "running", name: "running", states: [0] },
		{ id: "wait-gil", name: "waits for the GIL", states: [1] },
		{ id: "wait", name: "waits", states: [2, 3, 4, 5] },
	];
	/* And what they had meanwhile; one can be looked at alone. */
	const FLAG_KINDS = [
		{ id: "gil", name: "holds the GIL", flag: weights.FLAG.GIL, title: "Only while a thread holds the GIL" },
		{ id: "gc", name: "collects garbage", flag: weights.FLAG.GC, title: "Only while a thread collects garbage" },
	];

	/* Time by state, and by flag. */
	function stateTimes() {
		const runs = data.runs, { threads, from, to } = weights.filter;
		const by = new Float64Array(32);
		for (const track of runs.tracks) {
			if (threads && !threads.has(track.thread))
				continue;
			const { begin, end } = weights.within(track, from, to);
			for (let i = begin; i < end; i++)
				by[runs.how[i] & 31] += Math.max(0, Math.min(to, runs.start[i] + runs.time[i]) - Math.max(from, runs.start[i]));
		}
		const sum = (is) => by.reduce((all, time, how) => all + (is(how) ? time : 0), 0);
		return {
			all: sum(() => true),
			states: weights.STATES.map((name, state) => sum((how) => (how & 7) === state)),
			flag: (flag) => sum((how) => (how & flag) !== 0),
		};
	}

	function stateChip(kind, isOn, share, title, act) {
		const chip = format.element("button", "chip state" + (kind.flag ? " flag" : ""));
		const mark = format.element("b");
		mark.style.background = "var(--state-" + kind.id + ")";
		chip.append(mark, kind.name + " " + format.percent(share));
		chip.dataset.state = kind.id;
		chip.setAttribute("aria-pressed", String(isOn));
		chip.title = title;
		chip.addEventListener("click", act);
		return chip;
	}

	/* "Leave these out: for a lock 3.0 %, ..." where a kind has several states. */
	function stateTitle(kind, isOn, times) {
		const parts = kind.states.filter((state) => times.states[state] > 0)
			.map((state) => weights.STATES[state] + " " + format.percent(times.states[state] / times.all));
		return (isOn ? "Leave these out" : "Show these") + (kind.states.length > 1 ? ": " + parts.join(", ") : "");
	}

	function showStates() {
		const host = byId("states"), { states, flags } = weights.filter;
		const times = data.hasTime ? stateTimes() : { all: 0 };
		host.replaceChildren();
		if (!times.all)
			return;
		for (const kind of FLAG_KINDS)
			if (times.flag(kind.flag) > 0)
				host.append(stateChip(kind, (flags & kind.flag) !== 0, times.flag(kind.flag) / times.all, kind.title,
					() => weights.set({ flags: flags ^ kind.flag })));
		for (const kind of STATE_KINDS) {
			const share = kind.states.reduce((sum, state) => sum + times.states[state], 0) / times.all;
			const isOn = !states || kind.states.some((state) => states.has(state));
			if (share > 0)
				host.append(stateChip(kind, isOn, share, stateTitle(kind, isOn, times), () => toggleState(kind)));
		}
	}

	function toggleState(kind) {
		const states = new Set(weights.filter.states || [0, 1, 2, 3, 4, 5]);
		const isOn = kind.states.some((state) => states.has(state));
		for (const state of kind.states)
			isOn ? states.delete(state) : states.add(state);
		weights.set({ states: states.size === 6 ? null : states });
	}

	/* What the colours mean, with the own share of each. */
	function showLegend() {
		const host = byId("legend");
		const entry = (colour, text) => {
			const made = format.element("span"), mark = format.element("b");
			mark.style.background = colour;
			made.append(mark, text);
			host.append(made);
		};
		host.replaceChildren();
		if (colours.state.mode === "difference") {
			entry(colours.byDelta(0.1), "slower");
			entry(colours.byDelta(0), "the same");
			entry(colours.byDelta(-0.1), "faster");
			return;
		}
		if (colours.state.mode !== "package" || !(weights.all > 0))
			return;
		const sums = [0, 0, 0, 0], own = weights.own, func = data.nodes.func;
		const origins = Uint8Array.from(data.funcs, (one) => one.origin);
		for (let n = 1; n < data.nodes.count; n++)
			sums[origins[func[n]]] += own[n];
		const names = [[colours.ORIGIN.MINE, "this program"], [colours.ORIGIN.INSTALLED, "installed packages"],
			[colours.ORIGIN.STDLIB, "standard library"]];
		for (const [origin, name] of names) {
			const func = data.funcs.find((other) => other.origin === origin && other.kind === data.KIND.PYTHON);
			if (func && sums[origin] > 0)
				entry(colours.of(func), name + " " + format.percent(sums[origin] / weights.all));
		}
	}

	function option(select, value, text) {
		const made = format.element("option", "", text);
		made.value = value;
		select.append(made);
	}

	function fillChoices() {
		const units = { samples: "By samples", time: "By time", both: "Old and new", new: "New", old: "Old" };
		for (const unit of weights.units)
			option(byId("unit"), unit, units[unit]);
		/* two versions meet by function: their lines are not the same ones */
		if (data.diff) {
			option(byId("colour"), "difference", "Difference");
			byId("by-line").parentNode.hidden = true;
			document.querySelector("[data-view=source]").hidden = true;
		}
		option(byId("colour"), "package", "Package");
		option(byId("colour"), "function", "Function");
		const tracks = data.runs.tracks.map((track) => track.thread);
		if (tracks.length < 2)
			return;
		byId("thread").hidden = false;
		option(byId("thread"), "", "All threads");
		if (data.processes.length > 1)
			data.processes.forEach((process, i) => option(byId("thread"), "p" + i,
				"Process " + process.pid + ": " + viewer.tip.shorten(process.command)));
		tracks.forEach((thread) => option(byId("thread"), "t" + thread, data.threadName(thread)));
	}

	function chooseThread(value) {
		const number = Number(value.slice(1));
		if (!value)
			weights.set({ threads: null });
		else if (value[0] === "p")
			weights.set({ threads: new Set(data.threads.map((t, i) => i).filter((i) => data.threads[i].process === number)) });
		else
			weights.set({ threads: new Set([number]) });
	}

	function showThread() {
		const threads = weights.filter.threads;
		if (!threads)
			byId("thread").value = "";
		else if (threads.size === 1)
			byId("thread").value = "t" + threads.values().next().value;
	}

	function setTheme(theme) {
		colours.state.theme = theme;
		document.documentElement.dataset.theme = theme;
		colours.forget();
		refresh();
	}

	function setSearch(text) {
		search.set(text);
		showMatched();
		if (view === "sandwich")
			viewer.sandwich.showRows();
		redraw();
	}

	function setByLine(isOn) {
		if (data.diff)
			return;
		tree.state.byLine = isOn;
		byId("by-line").checked = isOn;
		for (const flame of Object.values(flames))
			flame.zoomed = null;
		refresh();
	}

	function setFromBottom(isOn) {
		byId("from-bottom").checked = isOn;
		for (const flame of Object.values(flames)) {
			flame.fromBottom = isOn;
			flame.layout();
			flame.host.scrollTop = isOn ? flame.host.scrollHeight : 0;
		}
	}

	/* First what was opened and looked for, then the filters. */
	function escape() {
		const flame = active();
		if (search.query || flame && (flame.isZoomed || flame.selected)) {
			byId("search").value = "";
			setSearch("");
			if (flame)
				flame.reset();
			if (document.activeElement === byId("search"))
				byId("search").blur();
		} else if (weights.isFiltered()) {
			weights.reset();
		}
	}

	function chosenFunction() {
		const flame = active(), box = flame && (flame.selected || flame.hovered);
		if (box)
			pick(box);
		else
			show("sandwich");
	}

	const KEYS = {
		"1": () => show("flame"),
		"2": () => show("inverted"),
		"3": () => show("sandwich"),
		"4": () => data.diff || show("source"),
		"/": () => byId("search").select(),
		"?": () => byId("help").showModal(),
		"s": chosenFunction,
		"l": () => setByLine(!tree.state.byLine),
		"i": () => setFromBottom(!flames.flame.fromBottom),
		"e": () => viewer.folded.save(),
		"d": () => setTheme(colours.isDark() ? "light" : "dark"),
	};

	function arrow(key) {
		const flame = active();
		if (!flame)
			return view === "sandwich" && (key === "ArrowUp" || key === "ArrowDown")
				? (viewer.sandwich.step(key === "ArrowUp" ? -1 : 1), true) : false;
		const isDown = key === "ArrowDown";
		if (key === "ArrowLeft" || key === "ArrowRight")
			flame.move(key === "ArrowLeft" ? -1 : 1);
		else
			flame.move(isDown !== flame.fromBottom ? "child" : "parent");
		return true;
	}

	function onKey(event) {
		const isTyping = /^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.type !== "checkbox";
		if (byId("help").open || event.ctrlKey || event.metaKey || event.altKey)
			return;
		if (event.key === "Escape") {
			escape();
		} else if (isTyping) {
			if (event.key === "Enter")
				event.target.blur();
			return;
		} else if (/^Arrow/.test(event.key)) {
			if (!arrow(event.key))
				return;
		} else if (event.key === "Enter" && active() && event.target.tagName !== "BUTTON") {
			const flame = active();
			if (flame.selected)
				flame.zoom(flame.selected);
		} else if (Object.hasOwn(KEYS, event.key)) {
			KEYS[event.key]();
		} else {
			return;
		}
		event.preventDefault();
	}

	function listen() {
		for (const tab of document.querySelectorAll("[role=tab]"))
			tab.addEventListener("click", () => show(tab.dataset.view));
		byId("search").addEventListener("input", (event) => setSearch(event.target.value));
		byId("thread").addEventListener("change", (event) => chooseThread(event.target.value));
		byId("unit").addEventListener("change", (event) => {
			weights.unit = event.target.value;
			for (const flame of Object.values(flames))
				flame.zoomed = null;
			refresh();
		});
		byId("colour").addEventListener("change", (event) => {
			colours.state.mode = event.target.value;
			colours.forget();
			refresh();
		});
		byId("by-line").addEventListener("change", (event) => setByLine(event.target.checked));
		byId("from-bottom").addEventListener("change", (event) => setFromBottom(event.target.checked));
		byId("save").addEventListener("click", () => viewer.folded.save());
		byId("theme").addEventListener("click", KEYS.d);
		byId("ask").addEventListener("click", KEYS["?"]);
		byId("close").addEventListener("click", () => byId("help").close());
		colours.onTheme(() => setTheme("auto"));
		weights.onChange(() => {
			showThread();
			refresh();
		});
		document.addEventListener("keydown", onKey);
	}

	byId("title").textContent = viewer.tip.shorten(data.title);
	byId("title").title = viewer.tip.shorten(data.title);
	fillChoices();
	listen();
	viewer.timeline.start();
	refresh();
	show("flame");
	viewer.ready = true;
})();
