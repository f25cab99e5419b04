/*
 * colours.js - the colour of a frame: whose code it is, or how it differs. The same names have the
 * same colours in every picture.
 */
viewer.colours = (function () {
	const data = viewer.data;
	const ORIGIN = { NONE: 0, MINE: 1, INSTALLED: 2, STDLIB: 3 };
	const HUES = [76, 98, 122, 148, 172, 192, 244, 264, 284, 304, 324, 342];
	const dark = window.matchMedia("(prefers-color-scheme: dark)");
	const state = { mode: data.diff ? "difference" : "package", theme: "auto" };
	let kept = [], styles = new Map();

	function isDark() { return state.theme === "auto" ? dark.matches : state.theme === "dark"; }

	function hash(text) {
		let value = 2166136261;
		for (let i = 0; i < text.length; i++)
			value = Math.imul(value ^ text.charCodeAt(i), 16777619);
		return value >>> 0;
	}

	function hsl(hue, saturation, light) {
		return "hsl(" + hue + "," + saturation + "%," + light + "%)";
	}

	/* shade: 0 to 8 tells functions of one package apart */
	function toned(hue, saturation, shade, light) {
		return isDark() ? hsl(hue, saturation * 0.62, 30 + shade * 0.9) : hsl(hue, saturation, light + shade);
	}

	function byPackage(func) {
		const shade = hash(func.name) % 9;
		switch (func.origin) {
		case ORIGIN.MINE:
			return isDark() ? hsl(14 + hash(func.name) % 30, 58, 38 + shade * 0.7)
					: hsl(12 + hash(func.name) % 34, 88, 66 + shade);
		case ORIGIN.STDLIB:
			return toned(212, 42, shade, 74);
		case ORIGIN.INSTALLED:
			return toned(HUES[hash(func.packageName) % HUES.length], 42, shade, 70);
		default:
			return neutral(shade);
		}
	}

	function byFunction(func) {
		if (func.kind !== data.KIND.PYTHON)
			return neutral(0);
		const value = hash(func.name + func.file);
		return toned(value % 360, 58, (value >>> 9) % 9, 70);
	}

	function neutral(shade) {
		return isDark() ? hsl(220, 5, 27 + shade % 3) : hsl(220, 8, 82 + shade % 3);
	}

	/* delta: of the shares, 0 to 1. Red is slower, blue faster; 10 points are the full colour. */
	function byDelta(delta) {
		const size = Math.abs(delta);
		if (size < 0.0005)
			return isDark() ? hsl(220, 5, 31) : hsl(220, 8, 88);
		const strength = Math.min(1, Math.sqrt(size / 0.1));
		const hue = delta > 0 ? 8 : 214;
		return isDark() ? hsl(hue, 15 + 50 * strength, 33 + 8 * strength)
				: hsl(hue, 40 + 45 * strength, 91 - 27 * strength);
	}

	return {
		ORIGIN, state, isDark, byDelta,
		of(func) {
			if (!func)
				return neutral(1);
			return kept[func.index] = kept[func.index] || (state.mode === "function" ? byFunction(func) : byPackage(func));
		},
		/* A property of the page's style; asking for it each time would have the page laid out each time. */
		css(name) {
			if (!styles.has(name))
				styles.set(name, getComputedStyle(document.documentElement).getPropertyValue(name));
			return styles.get(name);
		},
		forget() {
			kept = [];
			styles = new Map();
		},
		onTheme(listener) { dark.addEventListener("change", listener); },
	};
})();
