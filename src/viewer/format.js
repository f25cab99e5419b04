/*
 * format.js - numbers and times for people.
 */
viewer.format = (function () {
	const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

	function duration(us) {
		if (us >= 60e6)
			return Math.floor(us / 60e6) + " min " + (us % 60e6 / 1e6).toFixed(0) + " s";
		if (us >= 1e6)
			return (us / 1e6).toFixed(us >= 1e7 ? 1 : 2) + " s";
		if (us >= 1e3)
			return (us / 1e3).toFixed(us >= 1e4 ? 0 : 1) + " ms";
		return us.toFixed(0) + " \u00b5s";
	}

	/* A mark of an axis whose marks stand that far apart. */
	function tick(us, step) {
		if (step >= 1e4)
			return (us / 1e6).toFixed(step >= 1e6 ? 0 : step >= 1e5 ? 1 : 2) + " s";
		return (us / 1e3).toFixed(step >= 1e3 ? 0 : step >= 1e2 ? 1 : 2) + " ms";
	}

	function percent(share) {
		return (100 * share).toFixed(share > 0 && share < 0.0995 ? 2 : 1) + " %";
	}

	function points(delta) {
		const value = (100 * delta).toFixed(2);
		return (delta > 0 ? "+" : delta < 0 ? "\u2212" : "\u00b1") + value.replace("-", "") + " points";
	}

	function samples(count) {
		return counts.format(count) + (Math.round(count) === 1 ? " sample" : " samples");
	}

	/* <tag class> with text and children; text is never markup. */
	function element(tag, className, text) {
		const made = document.createElement(tag);
		if (className)
			made.className = className;
		if (text !== undefined)
			made.textContent = text;
		return made;
	}

	return { count: (n) => counts.format(n), duration, tick, percent, points, samples, element };
})();
