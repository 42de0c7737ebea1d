// The block of the page where there is one: a page without figures has none.
const block = document.getElementById("page-data");

export const data = block ? JSON.parse(block.textContent) : null;
