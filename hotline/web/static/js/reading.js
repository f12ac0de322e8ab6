/* 大字版: sets the large-text class before the first paint, so that the page does not jump. */
try {
  if (localStorage.getItem("text-size") === "large") document.documentElement.classList.add("large");
} catch (refused) { /* storage switched off: the page stays at normal size */ }
