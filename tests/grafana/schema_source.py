#!/usr/bin/env python3
"""Writes the dashboards as TypeScript, each part with the type that Grafana gives it, so that tsc finds wrong names and modes.

schema_source.py FILE
"""
import json
import pathlib
import sys

import dashboards

HEAD = """import type * as ui from '@grafana/schema';
import type * as geomap from '@grafana/schema/dist/esm/raw/composable/geomap/panelcfg/x/GeomapPanelCfg_types.gen';
import type * as table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen';
import type * as piechart from '@grafana/schema/dist/esm/raw/composable/piechart/panelcfg/x/PieChartPanelCfg_types.gen';
import type * as stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen';
import type * as bargauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen';
import type * as timeseries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen';
import type * as text from '@grafana/schema/dist/esm/raw/composable/text/panelcfg/x/TextPanelCfg_types.gen';

// JSON holds the values of enums, not their names.
type Json<T> = unknown extends T ? T : T extends string ? `${T}` : T extends number | boolean | null | undefined ? T
  : T extends Array<infer E> ? Array<Json<E>> : T extends object ? { [K in keyof T]: Json<T[K]> } : T;

// What @grafana/schema leaves open: the data source's query, and what interval and query variables hold.
type Target = { refId: string; datasource: ui.DataSourceRef; rawQuery: true; query: string; resultFormat: 'time_series' | 'table'; alias?: string };
type Variable = Omit<ui.VariableModel, 'query'> & { definition?: string; auto?: boolean; auto_count?: number; auto_min?: string;
  query: string | { query: string; refId: string; rawQuery: true } };
type Fields<F> = Omit<ui.FieldConfigSource, 'defaults'> & { defaults: Omit<ui.FieldConfig, 'custom'> & { custom?: F } };
type PanelOf<T extends string, O, F> = Json<Omit<ui.Panel, 'options' | 'fieldConfig' | 'targets' | 'type'>
  & { type: T; options: O; fieldConfig: Fields<F>; targets: Target[] }>;
type Layer = Omit<ui.MapLayerOptions, 'config'> & { config?: unknown };
type GeomapOptions = Omit<geomap.Options, 'layers' | 'basemap'> & { layers: Layer[]; basemap: Layer };
type GaugeOptions = bargauge.Options;
type StatPanel = PanelOf<'stat', stat.Options, never>;
type TimeseriesPanel = PanelOf<'timeseries', timeseries.Options, timeseries.FieldConfig>;
type PiechartPanel = PanelOf<'piechart', piechart.Options, piechart.FieldConfig>;
type BargaugePanel = PanelOf<'bargauge', GaugeOptions, never>;
type TablePanel = PanelOf<'table', table.Options, table.FieldConfig>;
type GeomapPanel = PanelOf<'geomap', GeomapOptions, ui.HideableFieldConfig>;
type TextPanel = Json<Omit<ui.Panel, 'options' | 'type'> & { type: 'text'; options: text.Options }>;
type AnyPanel = StatPanel | TimeseriesPanel | PiechartPanel | BargaugePanel | TablePanel | GeomapPanel | TextPanel;
type Row = Json<Omit<ui.RowPanel, 'panels'>> & { panels: AnyPanel[] };
type Dashboard = Json<Omit<ui.Dashboard, 'panels' | 'templating'> & { templating: { list: Variable[] } }> & { panels: Array<AnyPanel | Row> };

// The check can fail: each of these is wrong.
// @ts-expect-error no such mode of a legend
export const wrongLegend: Json<timeseries.Options> = { legend: { displayMode: 'tabel', placement: 'bottom', showLegend: true, calcs: [] }, tooltip: { mode: 'multi', sort: 'desc' } };
// @ts-expect-error no such place of a marker
export const wrongPlace: Json<Layer> = { type: 'markers', name: 'x', location: { mode: 'lookupp' } };
// @ts-expect-error no such property of a panel
export const wrongName: Json<ui.GridPos> = { x: 0, y: 0, w: 1, h: 1, hight: 1 };
"""


def main():
    out = [HEAD]
    for name, dashboard in dashboards.load().items():
        word = "".join(part.capitalize() for part in name.split("-"))
        names = {}
        for panel in dashboards.panels(dashboard):
            names[panel["id"]] = f"{word}Panel{panel['id']}"
            out.append(f"export const {names[panel['id']]}: {panel['type'].capitalize()}Panel = {json.dumps(panel, indent=1)};\n")
            out += overrides(panel, names[panel["id"]])
        shell = json.loads(json.dumps(dashboard))
        shell["panels"] = [mark(panel, names) for panel in shell["panels"]]
        text = json.dumps(shell, indent=1)
        for constant in names.values():
            text = text.replace(f'"@{constant}@"', constant)
        out.append(f"export const {word}: Dashboard = {text};\n")
    pathlib.Path(sys.argv[1]).write_text("\n".join(out), encoding="utf-8")


# Properties of overrides, which @grafana/schema takes whatever they are, with the types that they have.
OVERRIDES = {
    "color": "Json<ui.FieldColor>", "unit": "string", "min": "number", "mappings": "Json<ui.ValueMapping[]>", "thresholds": "Json<ui.ThresholdsConfig>",
    "links": "Array<{ title: string; url: string; targetBlank: boolean }>", "actions": "Json<ui.Action[]>", "custom.cellOptions": "Json<ui.TableCellOptions>",
    "custom.width": "number", "custom.minWidth": "number", "custom.hideFrom": "ui.HideSeriesConfig", "custom.footer.reducers": "ui.TableFooterOptions['reducers']",
}


def overrides(panel, constant):
    """Declarations of the panel's overrides; a property that is not known is an error."""
    for number, override in enumerate(panel.get("fieldConfig", {}).get("overrides", [])):
        for prop in override["properties"]:
            name = f"{constant}_{number}_{prop['id'].replace('.', '_')}"
            yield f"export const {name}: {OVERRIDES[prop['id']]} = {json.dumps(prop['value'], indent=1)};\n"


def mark(panel, names):
    """The panels were declared before, with their own types: the dashboard names them."""
    if panel["type"] != "row":
        return f"@{names[panel['id']]}@"
    return {**panel, "panels": [f"@{names[one['id']]}@" for one in panel["panels"]]}


if __name__ == "__main__":
    main()
