// Finds one visible thing by the words a person reads. Arguments: what kind of thing, which words.
const [kind, name] = arguments;
const squeeze = (text) => (text ?? "").replace(/\s+/g, " ").trim();
const dialog = [...document.querySelectorAll("dialog[open]")].pop();
const root = dialog ?? document;
const isVisible = (element) => {
  const box = element.getBoundingClientRect();
  return box.width > 0 && box.height > 0 && getComputedStyle(element).visibility !== "hidden";
};
const labelledBy = (element) =>
  (element.getAttribute("aria-labelledby") ?? "")
    .split(" ")
    .map((id) => document.getElementById(id)?.innerText ?? "")
    .join(" ");
// A star says that something must be filled in; it is no part of the name.
const words = (element) =>
  squeeze(
    element.getAttribute("aria-label") || labelledBy(element) || element.innerText,
  ).replace(/ ?\*$/, "");
const best = (found) => {
  const visible = found.filter(isVisible);
  return (
    visible.find((element) => words(element) === name) ??
    visible.find((element) => words(element).startsWith(name)) ??
    visible.find((element) => words(element).includes(name)) ??
    null
  );
};
const control = (label) =>
  label.control ?? (label.htmlFor ? document.getElementById(label.htmlFor) : null);
const all = (selector) => [...root.querySelectorAll(selector)];
const show = (element) => {
  element?.scrollIntoView({ block: "center" });
  return element && !element.disabled ? element : null;
};
if (kind === "button") {
  return show(best(all("button, a[href], summary, [role=button], [role=tab], [role=row], [role=link]")));
}
if (kind === "field") {
  const label = best(all("label, legend"));
  const named = label ? control(label) : null;
  return show(named ?? best(all("input, textarea, select")));
}
if (kind === "choice") {
  return show(best(all("label")));
}
return null;
