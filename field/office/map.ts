/** The office's map: our own shapes on a plain ground, no tiles, nothing fetched from elsewhere. */
import "leaflet/dist/leaflet.css";

import {
  circleMarker,
  divIcon,
  geoJSON,
  latLng,
  map as mapOn,
  marker,
  type LatLng,
  type Map as LeafletMap,
} from "leaflet";

import { signOf, styleOf, wordsOf, type Facts } from "./shapes";

const MIDDLE = latLng(29.1, 110.4);
const WIDE = 15;

interface Feature {
  properties: Facts;
}

function tip(facts: Facts, words: { doors: string; grid: string }): HTMLElement {
  const box = document.createElement("div");
  for (const line of wordsOf(facts, words)) {
    const row = document.createElement("div");
    row.textContent = line;
    box.append(row);
  }
  return box;
}

function point(feature: Feature, at: LatLng, signs: string, interactive: boolean) {
  const facts = feature.properties;
  if (facts.what !== "site") return circleMarker(at, { ...styleOf(facts.what), radius: 7, interactive });
  return marker(at, {
    interactive,
    icon: divIcon({
      className: `places-mark is-${facts.kind ?? "site"}`,
      html: signOf(facts.kind ?? "", signs),
      iconSize: [28, 28],
    }),
    title: facts.name,
    alt: `${facts.level} ${facts.name}`,
  });
}

function draw(box: HTMLElement, shown: LeafletMap, features: GeoJSON.FeatureCollection): void {
  const words = { doors: box.dataset.doors ?? "", grid: box.dataset.grid ?? "" };
  const isForm = "pick" in box.dataset;
  const layer = geoJSON(features, {
    style: (feature) => styleOf((feature?.properties as Facts | undefined)?.what ?? ""),
    pointToLayer: (feature, at) => point(feature as unknown as Feature, at, box.dataset.signs ?? "", !isForm),
    onEachFeature: (feature, drawn) => {
      const facts = feature.properties as Facts;
      drawn.bindTooltip(tip(facts, words), { sticky: true });
      if (!isForm && facts.href) drawn.on("click", () => location.assign(facts.href ?? ""));
    },
    interactive: !isForm,
  }).addTo(shown);
  const around = layer.getBounds();
  if (around.isValid()) shown.fitBounds(around, { padding: [24, 24], animate: false });
  else shown.setView(MIDDLE, WIDE);
}

/** A click writes the position into the form beside it; what is typed there moves the mark. */
function letPick(box: HTMLElement, shown: LeafletMap): void {
  const [latitude, longitude, datum] = (box.dataset.pick ?? "")
    .split(" ")
    .map((name) => document.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`));
  if (!latitude || !longitude) return;
  const mark = circleMarker(MIDDLE, { radius: 9, color: "#b42318", weight: 3, interactive: false });
  const put = (): void => {
    const at = [Number(latitude.value), Number(longitude.value)] as const;
    if (!latitude.value || !longitude.value || at.some(Number.isNaN)) mark.remove();
    else mark.setLatLng(latLng(at[0], at[1])).addTo(shown);
  };
  shown.on("click", (event) => {
    latitude.value = event.latlng.lat.toFixed(6);
    longitude.value = event.latlng.lng.toFixed(6);
    if (datum) datum.value = "wgs84";
    put();
  });
  latitude.addEventListener("change", put);
  longitude.addEventListener("change", put);
  put();
}

async function show(box: HTMLElement): Promise<void> {
  const answer = await fetch(box.dataset.map ?? "", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const features = (await answer.json()) as GeoJSON.FeatureCollection;
  box.hidden = false;
  const ground = document.createElement("div");
  ground.className = "places-ground";
  box.append(ground);
  const shown = mapOn(ground, { attributionControl: false, zoomSnap: 0.5, maxZoom: 20 });
  draw(box, shown, features);
  if ("pick" in box.dataset) letPick(box, shown);
}

for (const box of document.querySelectorAll<HTMLElement>("[data-map]")) void show(box);
