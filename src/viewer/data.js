/*
 * data.js - the profile that the page holds, from columns of JSON to arrays.
 *
 * Nodes are the distinct stacks: a tree in which a parent stands before its children and node 0 is
 * the root. Runs say when a thread was seen in which stack, and what it did.
 */
"use strict";
const viewer = {};

viewer.data = (function () {
	const given = JSON.parse(document.getElementById("profile").textContent);
	const text = given.strings;
	const KIND = { PYTHON: 0, PROCESS: 1, THREAD: 2, INTERPRETER: 3, MARKER: 4 };

	const funcs = given.funcs.name.map(function (name, i) {
		return {
			index: i,
			name: text[name],
			file: text[given.funcs.file[i]],
			path: text[given.funcs.path[i]],
			packageName: text[given.funcs.package[i]],
			origin: given.funcs.origin[i],
			kind: given.funcs.kind[i],
			line: given.funcs.line[i],
		};
	});
	const frames = {
		func: Int32Array.from(given.frames.func),
		line: Int32Array.from(given.frames.line),
	};

	/* Children as lists: the first of a node, and the next one of the same parent. */
	function readNodes() {
		const count = given.nodes.parent.length;
		const parent = new Int32Array(count), frame = Int32Array.from(given.nodes.frame);
		const first = new Int32Array(count).fill(-1), next = new Int32Array(count).fill(-1);
		const func = frame.map((index) => frames.func[index]);
		for (let n = 1; n < count; n++)
			parent[n] = n - given.nodes.parent[n];
		parent[0] = -1;
		for (let n = count - 1; n > 0; n--) {
			next[n] = first[parent[n]];
			first[parent[n]] = n;
		}
		return { count, parent, frame, func, first, next };
	}

	/* Which nodes have no node of the same key above them: where recursion counts. keys: by node. */
	function findOuter(keys, keyCount) {
		const { count, parent, first, next } = nodes;
		const depth = new Int32Array(keyCount), outer = new Uint8Array(count);
		let node = count > 1 ? first[0] : -1;
		while (node > 0) {
			outer[node] = depth[keys[node]]++ === 0 ? 1 : 0;
			if (first[node] >= 0) {
				node = first[node];
				continue;
			}
			while (node > 0) {
				depth[keys[node]]--;
				if (next[node] >= 0) {
					node = next[node];
					break;
				}
				node = parent[node];
			}
		}
		return outer;
	}

	/* The same by line of a file, which several functions may share. */
	function findOuterLines() {
		const places = new Map();
		const of = frames.func.map((func, frame) => {
			const place = funcs[func].path + "\0" + frames.line[frame];
			if (!places.has(place))
				places.set(place, places.size);
			return places.get(place);
		});
		return findOuter(nodes.frame.map((frame) => of[frame]), places.size + 1);
	}

	function readRuns() {
		const count = given.runs.reduce((sum, track) => sum + track.node.length, 0);
		const runs = {
			count,
			thread: new Int32Array(count),
			node: new Int32Array(count),
			how: new Uint8Array(count), /* state + 8 * flags */
			samples: new Float64Array(count),
			start: new Float64Array(count),
			time: new Float64Array(count),
			tracks: [], /* where the runs of a thread begin and end */
		};
		let at = 0;
		for (const track of given.runs) {
			const begin = at;
			let now = 0, isOrdered = true;
			for (let i = 0; i < track.node.length; i++, at++) {
				runs.thread[at] = track.thread;
				runs.node[at] = track.node[i];
				runs.how[at] = track.how[i];
				runs.samples[at] = track.samples[i];
				runs.start[at] = now + track.gap[i];
				runs.time[at] = track.time[i];
				now = runs.start[at] + runs.time[at];
				isOrdered = isOrdered && track.gap[i] >= 0;
			}
			runs.tracks.push({ thread: track.thread, begin, end: at, isOrdered });
		}
		return runs;
	}

	/* The line numbers and texts of each file of which there are any. */
	function readSources() {
		const sources = new Map();
		for (const file of given.sources) {
			const lines = new Map();
			for (let i = 0; i < file.lines.length; i += 2)
				lines.set(file.lines[i], file.lines[i + 1]);
			sources.set(file.path, lines);
		}
		return sources;
	}

	const nodes = readNodes();
	let outer = null, outerLines = null; /* found when they are first asked for */
	const runs = readRuns();
	let end = given.facts.elapsedUs, start = Infinity;
	for (let i = 0; i < runs.count; i++) {
		end = Math.max(end, runs.start[i] + runs.time[i]);
		start = Math.min(start, runs.start[i]);
	}

	/* A frame as it is written everywhere: name (file:line). */
	function label(func, line) {
		const f = funcs[func];
		if (f.kind !== KIND.PYTHON || !f.file)
			return f.name;
		return f.name + " (" + f.file + (line > 0 ? ":" + line : "") + ")";
	}

	function threadName(index) {
		const thread = given.threads[index];
		const process = given.processes[thread.process];
		let name = thread.name || "thread";
		if (thread.tid)
			name += " (" + thread.tid + ")";
		if (thread.interp)
			name += ", interpreter " + thread.interp;
		if (given.processes.length > 1 && process)
			name += ", process " + process.pid;
		return name;
	}

	return {
		KIND, funcs, frames, nodes, runs, label, threadName,
		get outer() { return outer = outer || findOuter(nodes.func, funcs.length); },
		get outerLines() { return outerLines = outerLines || findOuterLines(); },
		title: given.title,
		facts: given.facts,
		diff: given.diff || null,
		processes: given.processes,
		threads: given.threads,
		sources: readSources(),
		weights: given.nodes, /* samples, time; of a difference oldSamples, oldTime */
		/* 0: runs are as they were recorded; else they are put together in slices as long as that */
		slice: given.sliceUs,
		/* folded stacks tell no time */
		hasTime: runs.count > 0 && given.facts.elapsedUs > 0,
		start: runs.count ? Math.min(start, end) : 0,
		end,
	};
})();
