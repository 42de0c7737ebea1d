// Words of the glossary: on the keyboard or under the pointer a note says what one means; the link
// itself leads to the glossary. Esc puts the note away, and it stays while the pointer is on it.
export function explainTerms() {
  let shown = null;
  const hide = () => {
    if (shown) shown.hidden = true;
    shown = null;
  };
  const show = (link) => {
    const note = document.getElementById(link.getAttribute("aria-describedby"));
    if (!note || note === shown) return;
    hide();
    shown = note;
    note.hidden = false;
    const box = link.getBoundingClientRect();
    const room = document.documentElement.clientWidth;
    note.style.left = `${Math.max(8, Math.min(box.left, room - note.offsetWidth - 8))}px`;
    const below = box.bottom + 4;
    const fits = below + note.offsetHeight < document.documentElement.clientHeight;
    note.style.top = `${fits ? below : Math.max(4, box.top - note.offsetHeight - 4)}px`;
  };
  const link = (event) => event.target.closest?.("a.term");
  document.addEventListener("focusin", (event) => (link(event) ? show(link(event)) : hide()));
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (link(event)) show(link(event));
    else if (!event.target.closest?.(".term-note") && !document.activeElement?.matches("a.term")) hide();
  });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
  addEventListener("scroll", hide, { passive: true, capture: true });
}
