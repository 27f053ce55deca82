// The world, with countries as dark as their traffic is large. Loaded when it is first shown.
import { geoEqualEarth, geoPath } from "d3-geo";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import world from "world-atlas/countries-110m.json";
import { bytes, countries, countryOf, percent } from "../format";
import type { Country } from "../format";
import { link } from "../place";
import type { Item } from "../records";

const width = 960,
  height = 450;

// Natural Earth's short names that are not those of ISO 3166-1 in our table.
const otherNames: Record<string, string> = {
  "W. Sahara": "EH",
  "United States of America": "US",
  "Dem. Rep. Congo": "CD",
  "Dominican Rep.": "DO",
  "Falkland Is.": "FK",
  "Fr. S. Antarctic Lands": "TF",
  "Central African Rep.": "CF",
  Congo: "CG",
  "Eq. Guinea": "GQ",
  eSwatini: "SZ",
  "Solomon Is.": "SB",
  "N. Cyprus": "CY",
  Somaliland: "SO",
  "Bosnia and Herz.": "BA",
  Macedonia: "MK",
  "S. Sudan": "SS",
};

const atlas = world as unknown as Topology<{ countries: GeometryCollection<{ name: string }> }>;
const shapes = feature(atlas, atlas.objects.countries).features.filter(shape => shape.properties.name !== "Antarctica");
const projection = geoEqualEarth().fitSize([width, height], { type: "FeatureCollection", features: shapes });
const drawn = geoPath(projection).digits(1);
const codes = new Map(countries.map(country => [country.code, country]));
const areas = shapes.map(shape => ({
  path: drawn(shape) ?? "",
  country: codes.get(otherNames[shape.properties.name] ?? "") ?? countryOf(shape.properties.name),
}));
const withArea = new Set(areas.map(area => area.country?.code));

export default function WorldMap({ items }: { items: Item[] }) {
  const found = items.flatMap(item => {
    const country = countryOf(item.Country);
    return country ? [{ item, country }] : [];
  });
  const most = Math.max(1, ...found.map(one => one.item.Bytes));
  const byCode = new Map(found.map(one => [one.country.code, one.item]));
  const depth = (value: number) => 1 + Math.round((8 * Math.log1p(value)) / Math.log1p(most));
  const label = (country: Country, item: Item) => `${country.name}: ${bytes(item.Bytes)}, ${percent(item.Percent)}`;
  return (
    <svg class="world" viewBox={`0 0 ${width} ${height}`} role="group" aria-label="Traffic by country">
      {areas
        .filter(area => !byCode.has(area.country?.code ?? ""))
        .map((area, i) => (
          <path key={i} d={area.path} class="land" />
        ))}
      {areas.map((area, i) => {
        const item = byCode.get(area.country?.code ?? "");
        return (
          item &&
          area.country && (
            <a key={i} href={link("flows", { country: area.country.code })} aria-label={label(area.country, item)}>
              <path d={area.path} class={`land d${depth(item.Bytes)}`}>
                <title>{label(area.country, item)}</title>
              </path>
            </a>
          )
        );
      })}
      {found
        .filter(one => !withArea.has(one.country.code))
        .map(({ item, country }) => {
          // Too small for the atlas: a dot in its middle.
          const [x, y] = projection([country.longitude, country.latitude]) ?? [0, 0];
          return (
            <a key={country.code} href={link("flows", { country: country.code })} aria-label={label(country, item)}>
              <circle cx={x} cy={y} r="5" class={`land d${depth(item.Bytes)}`}>
                <title>{label(country, item)}</title>
              </circle>
            </a>
          );
        })}
    </svg>
  );
}
