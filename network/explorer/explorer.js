"use strict";
// Everything from pages reaches the document through textContent, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { places, partnerships, documents, years } = data;
  const byId = (id) => document.getElementById(id);
  const PAGE = 200;
  const LABELS = 14;
  const SVG = "http://www.w3.org/2000/svg";
  const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December"];
  const state = { query: "", reach: "all", order: "name", year: null, town: null, pair: null, limit: PAGE };

  function html(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
  }
  function svg(tag, attributes = {}, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
  }
  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
      else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }
  const words = (id) => id.replaceAll("_", " ");
  const fold = (text) => text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replace(/\p{M}/gu, "");
  const percent = (value) => `${(Math.floor(value * 1000) / 10).toFixed(1)} %`;

  function readable(date) {
    const match = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/.exec(date || "");
    if (!match || Number(match[2]) < 1 || Number(match[2]) > 12) return date || "";
    const month = MONTHS[Number(match[2]) - 1];
    return match[3] ? `${Number(match[3])} ${month} ${match[1]}` : `${month} ${match[1]}`;
  }

  const ofTown = places.map(() => []);
  partnerships.forEach((item, index) => {
    item.index = index;
    ofTown[item.a].push(item);
    ofTown[item.b].push(item);
    item.title = `${places[item.a].name} – ${places[item.b].name}`;
    item.key = fold([item.title, places[item.a].where, places[item.b].where, item.start || "", item.status,
      item.kind, ...item.topics.map(words)].join(" "));
  });
  const partnerOf = (item, town) => (item.a === town ? item.b : item.a);

  // What is shown

  const inYear = (item) => state.year === null ||
    (item.year !== null && item.year <= state.year && (item.endYear === null || item.endYear >= state.year));
  function inReach(item) {
    if (state.reach === "east-west") return item.eastWest;
    if (state.reach === "abroad") return places[item.a].side === "abroad" || places[item.b].side === "abroad";
    return true;
  }
  const ORDERS = {
    name: (one, other) => one.title.localeCompare(other.title, "de"),
    year: (one, other) => (one.year ?? 9999) - (other.year ?? 9999) || ORDERS.name(one, other),
    belief: (one, other) => other.belief - one.belief || ORDERS.name(one, other),
  };
  function found() {
    const terms = fold(state.query).split(/\s+/).filter(Boolean);
    return partnerships
      .filter((item) => inYear(item) && inReach(item) && terms.every((term) => item.key.includes(term)))
      .sort(ORDERS[state.order]);
  }

  // List

  const aboutOf = (item) => [words(item.kind), item.status === "unknown" ? null : item.status,
    item.topics.map(words).join(", "), `belief ${percent(item.belief)}`].filter(Boolean).join(" · ");

  function row(item, title) {
    return html("li", {}, html("button",
      { type: "button", class: "row", "aria-current": state.pair === item.index ? "true" : null,
        on: { click: () => select({ pair: item.index }, true) } },
      html("span", { class: "pair" }, html("span", {}, title), html("span", { class: "year" }, item.year ?? "undated")),
      html("span", { class: "about" }, aboutOf(item))));
  }

  function drawList(items) {
    byId("count").textContent = items.length === 1 ? "1 partnership" : `${items.length} partnerships`;
    byId("results").replaceChildren(...items.slice(0, state.limit).map((item) => row(item, item.title)));
    byId("more").hidden = items.length <= state.limit;
  }

  // Map

  const arcs = new Map();
  const dots = new Map();
  const onMap = places.map((place, index) => index).filter((index) => "x" in places[index])
    .sort((one, other) => places[one].name.localeCompare(places[other].name, "de"));

  function arcPath(a, b) {
    const bend = 0.14;
    const x = (a.x + b.x) / 2 + (b.y - a.y) * bend;
    const y = (a.y + b.y) / 2 - (b.x - a.x) * bend;
    return `M${a.x} ${a.y}Q${x.toFixed(1)} ${y.toFixed(1)} ${b.x} ${b.y}`;
  }

  // In a large network dots shrink and arcs grow fainter, so that its shape stays visible.
  const crowding = Math.max(0.35, Math.min(1, Math.sqrt(250 / Math.max(1, onMap.length))));

  function buildMap() {
    byId("arcs").style.strokeOpacity = crowding;
    for (const item of partnerships) {
      // from west to east, so that all bend the same way
      const [a, b] = [places[item.a], places[item.b]].sort((one, other) => one.x - other.x);
      if (!("x" in a && "x" in b)) continue;
      const arc = svg("path", { d: arcPath(a, b) });
      arcs.set(item.index, arc);
      byId("arcs").append(arc);
    }
    for (const index of onMap) {
      const place = places[index];
      const size = crowding * Math.min(0.62 + 0.3 * Math.sqrt(ofTown[index].length), 2);
      const dot = svg("use", {
        href: `#shape-${place.side}`, class: `town ${place.side}`, tabindex: "-1", role: "button",
        transform: `translate(${place.x} ${place.y}) scale(${size.toFixed(2)})`,
        "aria-label": `${place.name}, ${ofTown[index].length} ${ofTown[index].length === 1 ? "partner" : "partners"}`,
        on: { click: () => select({ town: index }, true), keydown: (event) => steer(event, index),
          focus: () => drawLabels(index), mouseenter: () => drawLabels(index), mouseleave: () => drawLabels() },
      }, svg("title", {}, place.name));
      dots.set(index, dot);
      byId("towns").append(dot);
    }
  }

  // One tab stop for the whole map, on a town that is shown; arrow keys go through the towns by name.
  let tabStop = null;
  const isShown = (index) => !dots.get(index).hasAttribute("hidden");
  function setTabStop(index) {
    if (tabStop !== null) dots.get(tabStop).setAttribute("tabindex", "-1");
    tabStop = index;
    if (tabStop !== null) dots.get(tabStop).setAttribute("tabindex", "0");
  }

  function steer(event, index) {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      select({ town: index }, true);
      return;
    }
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = onMap.filter(isShown);
    setTabStop(shown[(shown.indexOf(index) + step + shown.length) % shown.length]);
    dots.get(tabStop).focus();
  }

  let shownTowns = new Set();
  function chosenItems() {
    if (state.pair !== null) return [partnerships[state.pair]];
    return state.town === null ? [] : ofTown[state.town];
  }

  function drawMap(items) {
    const shown = new Set(items.map((item) => item.index));
    const chosen = new Set(chosenItems().map((item) => item.index));
    const near = new Set([...chosen].flatMap((index) => [partnerships[index].a, partnerships[index].b]));
    shownTowns = new Set(items.flatMap((item) => [item.a, item.b]));
    byId("map").classList.toggle("faded", chosen.size > 0);
    for (const [index, arc] of arcs) {
      const item = partnerships[index];
      arc.setAttribute("class", ["arc", item.eastWest && "east-west", item.status === "ended" && "ended",
        chosen.has(index) && "chosen"].filter(Boolean).join(" "));
      arc.style.display = shown.has(index) || chosen.has(index) ? "" : "none";
    }
    for (const [index, dot] of dots) {
      const visible = shownTowns.has(index) || near.has(index);
      dot.toggleAttribute("hidden", !visible);
      dot.style.display = visible ? "" : "none";
      dot.classList.toggle("near", near.has(index));
      dot.classList.toggle("chosen", index === state.town);
    }
    if (tabStop === null || !isShown(tabStop)) setTabStop(onMap.find(isShown) ?? null);
    drawLabels();
  }

  // Names of the chosen and the best connected towns, as far as they do not overlap.
  function drawLabels(hovered = null) {
    const chosen = chosenItems().flatMap((item) => [item.a, item.b]);
    const others = chosen.length ? [] : onMap.filter((index) => shownTowns.has(index))
      .sort((one, other) => ofTown[other].length - ofTown[one].length ||
        places[other].population - places[one].population || one - other).slice(0, LABELS * 3);
    const wanted = [...new Set([hovered, state.town, ...chosen, ...others])]
      .filter((index) => index !== null && "x" in places[index]);
    const taken = [];
    const labels = [];
    for (const index of wanted) {
      const place = places[index];
      const width = place.name.length * 8 + 6;
      const [mapWidth] = [byId("map").viewBox.baseVal.width];
      const left = place.x + 12 + width > mapWidth;
      const box = { x: left ? place.x - 12 - width : place.x + 12, y: place.y - 9, width, height: 18 };
      const isForced = index === hovered || index === state.town;
      const overlaps = taken.some((other) => box.x < other.x + other.width && other.x < box.x + box.width &&
        box.y < other.y + other.height && other.y < box.y + box.height);
      if ((overlaps || labels.length >= LABELS) && !isForced) continue;
      taken.push(box);
      labels.push(svg("text", { x: left ? place.x - 12 : place.x + 12, y: place.y + 5,
        "text-anchor": left ? "end" : "start", class: isForced || chosen.includes(index) ? "strong" : null }, place.name));
    }
    byId("labels").replaceChildren(...labels);
  }

  // Timeline

  function buildBars() {
    const counts = new Map();
    for (const item of partnerships) if (item.year !== null) counts.set(item.year, (counts.get(item.year) || 0) + 1);
    const most = Math.max(1, ...counts.values());
    for (let year = years[0]; year <= years[1]; year += 1) {
      const bar = html("i", { "data-year": year });
      const count = counts.get(year) || 0;
      bar.style.height = count ? `${Math.max(8, (100 * count) / most)}%` : "1px";
      byId("bars").append(bar);
    }
  }
  function drawTimeline() {
    byId("year-shown").textContent = state.year === null ? "all years" : String(state.year);
    byId("all-years").setAttribute("aria-pressed", String(state.year === null));
    for (const bar of byId("bars").children) {
      const year = Number(bar.dataset.year);
      bar.classList.toggle("now", year === state.year);
      bar.classList.toggle("later", state.year !== null && year > state.year);
    }
  }

  // Selection

  function townButton(index) {
    return html("button", { type: "button", class: "link", on: { click: () => select({ town: index }, true) } },
      places[index].name);
  }
  function facts(pairs) {
    return html("dl", { class: "facts" },
      ...pairs.filter(([, value]) => value).flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)]));
  }
  function belief(item) {
    const value = html("span", {});
    value.append(html("meter", { min: 0, max: 1, value: item.belief, "aria-hidden": "true" }),
      `${percent(item.belief)}, ${item.sources} independent ${item.sources === 1 ? "source" : "sources"}`);
    return value;
  }
  function address(source, quotation) {
    let url;
    try { url = new URL(source.url); } catch { return null; }
    if (url.protocol !== "http:" && url.protocol !== "https:") return null;
    if (!url.hash) url.hash = `:~:text=${textFragment(quotation)}`; // browsers scroll to the quotation
    return url.href;
  }
  function textFragment(quotation) {
    const parts = quotation.trim().split(/\s+/);
    const encode = (some) => encodeURIComponent(some.join(" ")).replaceAll("-", "%2D");
    return parts.length <= 8 ? encode(parts) : `${encode(parts.slice(0, 4))},${encode(parts.slice(-4))}`;
  }
  // Title with a link, and where and when it was published, as far as known.
  function sourceOf(source, quotation, page = null, extra = null) {
    const href = address(source, quotation);
    const name = source.title || source.url || "document without an address";
    const link = href ? html("a", { href, target: "_blank", rel: "noopener noreferrer" }, name) : name;
    return [link, page ? `, page ${page}` : "", html("br"),
      [source.title && source.url, words(source.kind), source.published && `published ${readable(source.published)}`,
        source.fetched && `fetched ${readable(source.fetched)}`, extra].filter(Boolean).join(" · ")];
  }
  function quote(evidence) {
    const caption = html("figcaption", {});
    if (evidence.modality !== "asserted") {
      caption.append(html("span", { class: "warning" }, `${evidence.modality}, not counted`), " · ");
    }
    caption.append([words(evidence.event), readable(evidence.date)].filter(Boolean).join(" "), html("br"),
      ...sourceOf(documents[evidence.document], evidence.quotation, evidence.page, `score ${evidence.score.toFixed(2)}`));
    return html("figure", { class: "quote" }, html("blockquote", { lang: "de" }, evidence.quotation), caption);
  }
  function backButton() {
    return html("button", { type: "button", class: "back", on: { click: () => select({}, true) } }, "Clear selection");
  }
  function more(count) {
    return html("p", { class: "note" }, count ? `${count} more in evidence.csv` : "");
  }
  function pairDetail(item) {
    const heading = html("h2", {}, townButton(item.a), " – ", townButton(item.b));
    const others = item.others.filter(Boolean).map(readable).join(", ");
    return [heading, facts([
      ["Kind", words(item.kind)],
      ["Start", item.start ? `${readable(item.start)} (${item.reason})` : "no date stated"],
      ["Also given", others],
      ["End", readable(item.end)],
      ["Status", item.status],
      ["Topics", item.topics.map(words).join(", ")],
      ["Distance", item.km === null ? "" : `${Math.round(item.km)} km`],
      ["Belief", belief(item)],
    ]), html("h3", {}, item.evidence.length + item.more === 1 ? "One quotation" : `${item.evidence.length + item.more} quotations`),
    ...item.evidence.map(quote), more(item.more), backButton()];
  }
  function townDetail(index) {
    const items = [...ofTown[index]].sort(ORDERS.year);
    const where = places[index].where ? ` (${places[index].where})` : "";
    return [html("h2", {}, places[index].name + where),
      html("h3", {}, items.length === 1 ? "One partner" : `${items.length} partners`),
      html("ul", { class: "partners" }, ...items.map((item) => row(item, places[partnerOf(item, index)].name))),
      html("h3", {}, "Quotations"),
      ...items.flatMap((item) => item.evidence.map(quote)),
      more(items.reduce((sum, item) => sum + item.more, 0)), backButton()];
  }
  // Shown while nothing is selected: what sources say of all partnerships.
  function claimList() {
    if (!data.claims.length) return null;
    return html("div", { class: "claims" },
      html("h2", {}, "What sources say of all partnerships"),
      html("ul", {}, ...data.claims.map(claimItem)),
      html("p", { class: "note" }, "“Here” counts the partnerships of this release that had begun by the end of the same",
        " period; those whose start is unknown are not among them."));
  }
  function claimItem(claim) {
    const here = claim.here === null ? null : html("span", { class: "here" }, `here ${claim.here.toLocaleString("en")}`);
    return html("li", {}, html("p", { class: "claim" }, html("strong", {}, claim.words), here),
      html("figure", { class: "quote" }, html("blockquote", { lang: "de" }, claim.quotation),
        html("figcaption", {}, ...sourceOf(documents[claim.document], claim.quotation))));
  }
  const nothingSelected = [byId("detail").firstElementChild, claimList()].filter(Boolean);
  function drawDetail() {
    if (state.pair !== null) byId("detail").replaceChildren(...pairDetail(partnerships[state.pair]));
    else if (state.town !== null) byId("detail").replaceChildren(...townDetail(state.town));
    else byId("detail").replaceChildren(...nothingSelected);
    byId("detail").scrollTop = 0;
  }

  function select({ pair = null, town = null }, byReader = false) {
    state.pair = pair;
    state.town = town;
    draw();
    if (!byReader) return;
    const id = pair !== null ? partnerships[pair].id : town !== null ? places[town].id : "";
    history.replaceState(null, "", id ? `#${encodeURIComponent(id)}` : "#");
    byId("detail").focus({ preventScroll: true });
    byId("detail").scrollIntoView({ block: "nearest", behavior: "smooth" });
  }
  function selectFromAddress() {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { /* a torn address selects nothing */ }
    const pair = partnerships.findIndex((item) => item.id === id);
    const town = places.findIndex((place) => place.id === id);
    select({ pair: pair < 0 ? null : pair, town: town < 0 ? null : town });
  }

  function draw() {
    const items = found();
    drawList(items);
    drawMap(items);
    drawTimeline();
    drawDetail();
  }
  function change(values) {
    Object.assign(state, { limit: PAGE }, values);
    const items = found();
    drawList(items);
    drawMap(items);
    drawTimeline();
  }

  byId("search").addEventListener("input", (event) => change({ query: event.target.value }));
  byId("reach").addEventListener("change", (event) => change({ reach: event.target.value }));
  byId("order").addEventListener("change", (event) => change({ order: event.target.value }));
  byId("year").addEventListener("input", (event) => change({ year: Number(event.target.value) }));
  byId("all-years").addEventListener("click", () => {
    byId("year").value = years[1];
    change({ year: null });
  });
  byId("more").addEventListener("click", () => change({ limit: state.limit + PAGE }));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && (state.pair !== null || state.town !== null)) select({}, true);
  });
  window.addEventListener("hashchange", selectFromAddress);
  buildMap();
  buildBars();
  selectFromAddress();
})();
