/* Put into every page of the walk beside axe: what of a page can be measured without knowing its subject. */
const look = {
  /* "tag.class: text", enough to find an element again. */
  name(element) {
    const classes = [...element.classList].slice(0, 3).map((one) => `.${one}`).join("");
    return `${element.localName}${element.id ? `#${element.id}` : ""}${classes} „${element.textContent.trim().replace(/\s+/g, " ").slice(0, 40)}“`;
  },
  shown(element) {
    return element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  },

  /* What axe finds by these rules, in the whole page or in the elements that `within` selects. */
  async axe(rules, within) {
    await document.fonts.ready;
    const { violations } = await axe.run(within ? { include: [within] } : document, { runOnly: rules, resultTypes: ["violations"], selectors: false, iframes: false });
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `axe ${id}: ${node.html.slice(0, 160)} | ${node.failureSummary.split("\n")[1]?.trim()}`));
  },

  /* The names of axe's rules with one of these tags, and with one of `also` if given. */
  rules(tags, also) {
    return axe.getRules(tags).filter((rule) => !also || rule.tags.some((tag) => also.includes(tag))).map(({ ruleId }) => ruleId);
  },

  /* What the page says, without what is new at each request: two pages with the same content look the same. */
  content() {
    const main = document.querySelector("main").cloneNode(true);
    for (const token of main.querySelectorAll("[name=csrfmiddlewaretoken]")) token.remove();
    return main.outerHTML;
  },

  /* What does not depend on width or colour. */
  structure() {
    const faults = [];
    const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    for (const id of new Set(ids.filter((one, place) => ids.indexOf(one) !== place))) faults.push(`id „${id}“ more than once`);
    const own = document.title.split(" – ")[0].trim();
    if (!own) faults.push("empty title");
    if (document.documentElement.lang !== "de") faults.push("language is not de");
    if (headings.filter(({ localName }) => localName === "h1").length !== 1) faults.push("not exactly one h1");
    if (headings.some((heading) => !heading.textContent.trim())) faults.push("empty heading");
    for (const [place, heading] of headings.entries()) {
      const before = place ? Number(headings[place - 1].localName[1]) : 0;
      if (Number(heading.localName[1]) > before + 1) faults.push(`heading level skipped before ${look.name(heading)}`);
    }
    for (const landmark of ["header", "main", "footer"]) {
      if (document.querySelectorAll(`body > ${landmark}`).length !== 1) faults.push(`not exactly one ${landmark}`);
    }
    for (const element of document.querySelectorAll("*")) {
      const style = getComputedStyle(element);
      for (const duration of `${style.transitionDuration}, ${style.animationDuration}`.split(", ")) {
        const seconds = parseFloat(duration) / (duration.endsWith("ms") ? 1000 : 1);
        if (seconds > 0.01) faults.push(`moves ${duration} in spite of reduced motion: ${look.name(element)}`);
      }
    }
    return faults;
  },

  /* What a width can break: scrolling sideways, text that a fixed height or width cuts off. */
  layout() {
    const faults = [];
    if (document.documentElement.scrollWidth > innerWidth) {
      const scrolls = (element) => element !== document.body && getComputedStyle(element).overflowX !== "visible";
      const held = (element) => element && element !== document.body && (scrolls(element) || held(element.parentElement));
      const wide = [...document.querySelectorAll("body *")].filter((element) =>
        look.shown(element) && !held(element.parentElement) && element.getBoundingClientRect().right > innerWidth + 0.5);
      faults.push(`scrolls sideways because of ${wide.slice(0, 3).map(look.name).join(", ")}`);
    }
    const sticks = (element) => element && (["sticky", "fixed"].includes(getComputedStyle(element).position) || sticks(element.parentElement));
    // In one column what is written first stands above (WCAG 1.3.2).
    const headings = [...document.querySelectorAll("main :is(h1, h2, h3, h4)")].filter((one) => look.shown(one) && !one.closest("[popover]") && !sticks(one));
    for (const [place, heading] of headings.entries()) {
      const box = heading.getBoundingClientRect();
      const above = headings.slice(place + 1).find((later) => {
        const other = later.getBoundingClientRect();
        return other.bottom <= box.top && other.left < box.right && other.right > box.left && other.width > 1 && box.width > 1;
      });
      if (above) faults.push(`stands above what comes before it: ${look.name(above)}`);
    }
    for (const element of document.querySelectorAll("body *")) {
      const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
      if (!text || !look.shown(element)) continue;
      const style = getComputedStyle(element);
      if (style.position === "absolute" && style.clipPath !== "none") continue;
      if (style.webkitLineClamp !== "none" || style.textOverflow === "ellipsis" || element.matches("textarea, select, option, title")) continue;
      const cut = (overflow, inner, outer) => ["hidden", "clip"].includes(overflow) && inner > outer + 1 && outer > 1;
      if (cut(style.overflowY, element.scrollHeight, element.clientHeight) || cut(style.overflowX, element.scrollWidth, element.clientWidth)) {
        faults.push(`text cut off: ${look.name(element)}`);
      }
    }
    return faults;
  },

  /* Where every element is and whether it can be seen, as one text to compare. */
  async boxes() {
    await document.fonts.ready;
    return [...document.querySelectorAll("body, body *")].map((element) => {
      if (!look.shown(element)) return "";  // what is folded in has a box only once something asked for it
      const { x, y, width, height } = element.getBoundingClientRect();
      return [x, y, width, height].map(Math.round).join(",");
    }).join(";");
  },

  /* What is wrong with the element that has the focus; an empty text if people can see where they are (WCAG 2.4.7, 2.4.11). */
  focus() {
    const element = document.activeElement;
    const marked = [element, element.parentElement, element.parentElement.parentElement].some((one) =>
      ["", "::before", "::after"].some((part) => {
        const style = getComputedStyle(one, part || null);
        return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || (one === element && style.boxShadow !== "none");
      }));
    if (!marked) return "focus cannot be seen";
    const box = [...element.getClientRects()].find(({ width, height }) => width && height);
    if (!box) return "focus on something that is not shown";
    const [left, right] = [Math.max(box.left, 0), Math.min(box.right, innerWidth)];
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    if (right - left < Math.min(box.width, 24) - 1 || bottom - top < Math.min(box.height, 24) - 1) return "focus outside of the window";
    const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const own = hit && (element.contains(hit) || hit.contains(element) || hit.closest("label")?.control === element || element.closest("label")?.contains(hit));
    return own ? "" : `focus covered by ${hit ? look.name(hit) : "nothing"}`;
  },

  /* Open what is folded within `where`, but what lies over the page when it is open; false if there is nothing. */
  unfold(where) {
    const folded = [...document.querySelectorAll(`${where} details:not([open])`)].filter((element) => element.checkVisibility());
    for (const element of folded) element.open = true;
    const over = folded.filter((element) => [...element.children].some((child) => ["absolute", "fixed"].includes(getComputedStyle(child).position)));
    for (const element of over) {
      element.open = false;
      element.dataset.over = "";
    }
    return folded.length > over.length;
  },

  /* Open the menu with this place among those that lie over the page, and no other. Returns what it is made of, without addresses and
     figures, so that the same menu on the next page is known; an empty text if there is none so far. */
  menu(place) {
    const menus = document.querySelectorAll("main [data-over]");
    for (const menu of menus) menu.open = menu === menus[place];
    return menus[place]?.outerHTML.replace(/ (?!class|role|type|aria)[\w-]+="[^"]*"/g, "").replace(/\d+/g, "") ?? "";
  },

  /* Show the popover with this place in the page; false if there is none so far. */
  popover(place) {
    const popover = document.querySelectorAll("[popover]")[place];
    popover?.showPopover();
    return Boolean(popover);
  },
};
window.look = look;
