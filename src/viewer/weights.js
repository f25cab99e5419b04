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
	let own, total, listeners = [];

	function countRuns() {
		const runs = data.runs, has = filter.threads, states = filter.states;
		own = { samples: new Float64Array(data.nodes.count), time: new Float64Array(data.nodes.count) };
		for (let i = 0; i < runs.count; i++) {
			if (has && !has.has(runs.thread[i]) || states && !states.has(runs.how[i] & 7))
				continue;
			if ((runs.how[i] & filter.flags) !== filter.flags)
				continue;
			const from = Math.max(filter.from, runs.start[i]);
			const to = Math.min(filter.to, runs.start[i] + runs.time[i]);
			if (to < from || to === from && runs.time[i] > 0)
				continue;
			/* a run that lies across the edge counts for the part inside */
			const part = runs.time[i] > 0 ? (to - from) / runs.time[i] : 1;
			own.samples[runs.node[i]] += runs.samples[i] * part;
			own.time[runs.node[i]] += runs.time[i] * part;
		}
	}

	function refresh() {
		if (data.runs.count) {
			countRuns();
		} else if (!own) {
			own = {};
			for (const name of names)
				own[name] = Float64Array.from(data.weights[name]);
		}
		total = {};
		for (const name of names) {
			const sums = total[name] = Float64Array.from(own[name]), parent = data.nodes.parent;
			for (let n = data.nodes.count - 1; n > 0; n--)
				sums[parent[n]] += sums[n];
		}
		if (data.diff)
			addShares();
	}

	/* Of a difference: by how large a share of each side, and of both together, it is. */
	function addShares() {
		for (const columns of [own, total]) {
			const share = (name) => {
				const all = total[name][0] || 1;
				return columns[name].map((value) => value / all);
			};
			columns.new = share(total.time[0] ? "time" : "samples");
			columns.old = share(total.oldTime[0] ? "oldTime" : "oldSamples");
			columns.both = columns.new.map((value, n) => (value + columns.old[n]) / 2);
		}
	}

	refresh();
	if (data.diff)
		unit = "both";
	return {
		STATES, FLAG, filter,
		units: data.diff ? ["both", "new", "old"] : ["samples", "time"],
		get unit() { return unit; },
		set unit(name) { unit = name; },
		/* by node, in the unit that widths are drawn in */
		get own() { return own[unit]; },
		get total() { return total[unit]; },
		get all() { return total[unit][0]; },
		column: (name, of) => (of === "own" ? own : total)[name],
		allOf: (name) => total[name][0],
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
