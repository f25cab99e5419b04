/*
 * weights.js - what each stack weighs under the filters that are set: time range, threads, states.
 *
 * The columns are samples and time; of a difference, those of the old profile, too. own is what
 * ended in a node, total what ended in it or below.
 */
viewer.weights = (function () {
	const data = viewer.data;
	const STATES = ["running", "waits for the GIL", "waits for a lock", "waits for I/O", "sleeps", "waits"];
	const FLAG = { GIL: 8, GC: 16 };
	const names = data.diff ? ["samples", "time", "oldSamples", "oldTime"] : ["samples", "time"];
	/* A page that begins without waiting threads shows them where nothing else could be seen. */
	const hidesWaiting = data.facts.hideWaiting && data.runs.how.some((how) => (how & 7) === 0);
	const initial = { from: 0, to: Infinity, threads: null, states: hidesWaiting ? new Set([0]) : null, flags: 0 };
	const filter = Object.assign({}, initial);
	let unit = "samples";
	const total = {}, isSummed = new Set();
	let own, listeners = [];

	/* The runs of a track that are not over before from and begin before to. */
	function within(track, from, to) {
		const runs = data.runs;
		const bound = (is) => {
			let low = track.begin, high = track.end;
			while (low < high) {
				const middle = (low + high) >> 1;
				if (is(middle))
					low = middle + 1;
				else
					high = middle;
			}
			return low;
		};
		return !track.isOrdered || from <= data.start && to >= data.end ? track
			: { begin: bound((i) => runs.start[i] + runs.time[i] < from), end: bound((i) => runs.start[i] <= to) };
	}

	/* By how: whether the filters of states and flags let it pass. */
	function allowed() {
		const { states, flags } = filter;
		return Uint8Array.from({ length: 256 }, (none, how) => ((!states || states.has(how & 7)) && (how & flags) === flags ? 1 : 0));
	}

	function countRuns() {
		const runs = data.runs, { threads, from, to } = filter, passes = allowed();
		if (own)
			names.forEach((name) => own[name].fill(0));
		else
			own = { samples: new Float64Array(data.nodes.count), time: new Float64Array(data.nodes.count) };
		for (const track of runs.tracks)
			if (!threads || threads.has(track.thread))
				countTrack(within(track, from, to), from, to, passes);
	}

	function countTrack({ begin, end }, from, to, passes) {
		const { node, how, samples, start, time } = data.runs, sums = own.samples, times = own.time;
		for (let i = begin; i < end; i++) {
			if (!passes[how[i]])
				continue;
			const inside = Math.min(to, start[i] + time[i]) - Math.max(from, start[i]);
			if (inside < 0 || inside === 0 && time[i] > 0)
				continue;
			/* a run that lies across the edge counts for the part inside */
			const part = time[i] > 0 ? inside / time[i] : 1;
			sums[node[i]] += samples[i] * part;
			times[node[i]] += time[i] * part;
		}
	}

	function refresh() {
		if (data.runs.count) {
			countRuns();
		} else if (!own) {
			own = {};
			for (const name of names)
				own[name] = Float64Array.from(data.weights[name]);
		} else {
			return;
		}
		isSummed.clear();
		if (data.diff)
			addShares();
	}

	/* Made when it is asked for: nobody may look at the other unit. */
	function totalOf(name) {
		if (!isSummed.has(name)) {
			const sums = total[name] = total[name] || new Float64Array(data.nodes.count), parent = data.nodes.parent;
			sums.set(own[name]);
			for (let n = data.nodes.count - 1; n > 0; n--)
				sums[parent[n]] += sums[n];
			isSummed.add(name);
		}
		return total[name];
	}

	/* The sum of a column, without the totals below it being made for that. */
	function allOf(name) {
		const column = own[name];
		let sum = 0;
		if (isSummed.has(name))
			return total[name][0];
		for (let n = 0; n < column.length; n++)
			sum += column[n];
		return sum;
	}

	/* Of a difference: by how large a share of each side, and of both together, it is. */
	function addShares() {
		const share = (name) => {
			const all = totalOf(name)[0] || 1;
			return own[name].map((value) => value / all);
		};
		own.new = share(totalOf("time")[0] ? "time" : "samples");
		own.old = share(totalOf("oldTime")[0] ? "oldTime" : "oldSamples");
		own.both = own.new.map((value, n) => (value + own.old[n]) / 2);
	}

	refresh();
	if (data.diff)
		unit = "both";
	return {
		STATES, FLAG, filter, within,
		units: data.diff ? ["both", "new", "old"] : ["samples", "time"],
		get unit() { return unit; },
		set unit(name) { unit = name; },
		/* by node, in the unit that widths are drawn in */
		get own() { return own[unit]; },
		get total() { return totalOf(unit); },
		get all() { return allOf(unit); },
		column: (name, of) => (of === "own" ? own[name] : totalOf(name)),
		allOf,
		isFiltered: () => Object.keys(initial).some((name) => filter[name] !== initial[name]),
		reset() { this.set(initial); },
		set(changes) {
			Object.assign(filter, changes);
			refresh();
			listeners.forEach((listener) => listener());
		},
		onChange(listener) { listeners.push(listener); },
	};
})();
