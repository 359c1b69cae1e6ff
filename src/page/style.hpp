// The page's style sheets. The page's content security policy names their hashes; a test holds them
// together.
#pragma once

#include <string_view>

namespace peccary::program {

/// What a chart needs, on the page and as a file of its own.
inline constexpr std::string_view chart_style = R"(
:root{color-scheme:light dark;--ground:#fff;--ink:#1b1f24;--soft:#57606a;--rule:#d8dee4;
--c0:#0b62b8;--c1:#c2410c;--c2:#15803d;--c3:#a21caf;--c4:#946200;--c5:#0f766e;--c6:#be123c;--c7:#52525b}
@media (prefers-color-scheme:dark){:root{--ground:#0f1318;--ink:#e6edf3;--soft:#9da7b1;--rule:#30363d;
--c0:#6cb2ff;--c1:#ff9d5c;--c2:#5fd38a;--c3:#e58cf5;--c4:#e3b341;--c5:#4fd1c5;--c6:#ff8a9f;--c7:#b4b8bf}}
.chart{display:block;width:100%;height:auto}
.chart text{font:15px system-ui,sans-serif;fill:var(--ink)}
.chart .tick{font-size:14px;fill:var(--soft)}
.grid{stroke:var(--rule);fill:none}
.frame{stroke:var(--soft);fill:none}
.ideal{stroke:var(--soft);stroke-dasharray:3 5;fill:none}
.line{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
.dot,.bar{fill:currentColor}
.s0{color:var(--c0)}.s1{color:var(--c1)}.s2{color:var(--c2)}.s3{color:var(--c3)}
.s4{color:var(--c4)}.s5{color:var(--c5)}.s6{color:var(--c6)}.s7{color:var(--c7)}
.d1 .line{stroke-dasharray:8 4}.d2 .line{stroke-dasharray:2 4}.d3 .line{stroke-dasharray:10 4 2 4}
)";
inline constexpr std::string_view chart_style_hash = "sha256-gHcDDOqPzxZoBUwhtf0WpHG8LMEt2MG/zsCnAymiYIM=";

/// All else.
inline constexpr std::string_view page_style = R"(
*{box-sizing:border-box}
body{margin:0 auto;max-width:1360px;padding:1rem;background:var(--ground);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
h1{font-size:1.5rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:.5rem 0;overflow-wrap:anywhere}
p{max-width:75ch;overflow-wrap:anywhere}
.grid-of-charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,480px),1fr));gap:1rem}
figure{margin:0;min-width:0}
.off{display:none}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0}
.legend label{display:flex;align-items:center;gap:.4rem;overflow-wrap:anywhere}
.swatch{flex:none;width:34px;height:12px}
.hover{min-height:1.5em;color:var(--soft)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
caption{text-align:left;color:var(--soft);padding:.25rem 0}
th,td{padding:.2rem .7rem;border-bottom:1px solid var(--rule);text-align:right;white-space:nowrap}
th:first-child{text-align:left}
summary{cursor:pointer;overflow-wrap:anywhere}
@media print{:root{color-scheme:light;--ground:#fff;--ink:#000;--soft:#444;--rule:#ccc;
--c0:#0b62b8;--c1:#c2410c;--c2:#15803d;--c3:#a21caf;--c4:#946200;--c5:#0f766e;--c6:#be123c;--c7:#52525b}
body{max-width:none;padding:0;font-size:11pt}.hover,.legend input{display:none}figure,tr{break-inside:avoid}
.scroll{overflow:visible}th,td{white-space:normal;padding:.1rem .4rem}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)";
inline constexpr std::string_view page_style_hash = "sha256-gFxBMbaFjj5/DiKnt4at/SRo9krFEgytviqTJYrTlbw=";

} // namespace peccary::program
