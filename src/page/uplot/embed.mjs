// Writes uPlot and what makes the page use it as C++: node embed.mjs FOLDER-OF-UPLOT OUTPUT.
import {createHash} from 'node:crypto';
import {readFileSync, writeFileSync} from 'node:fs';

const [library, output] = process.argv.slice(2);
const theirs = name => readFileSync(`${library}/${name}`, 'utf8');
const ours = name => readFileSync(new URL(name, import.meta.url), 'utf8');

const style = theirs('dist/uPlot.min.css') + '\n' + ours('charts.css');
const script = theirs('dist/uPlot.iife.min.js') + '\n' + ours('charts.js');
const license = theirs('LICENSE') + '\n';
for (const [text, end] of [[style, '</style'], [script, '</script'], [script, '<!--']]) {
  if (text.includes(end)) throw new Error(`uPlot's text has '${end}' in it, which would end or change the element that holds it in the page`);
}

const literal = text => {
  if (text.includes(')uplot"') || text.includes('\r')) throw new Error('uPlot has text in it that a raw string literal cannot hold');
  return `R"uplot(${text})uplot"`;
};
const hash = text => `"sha256-${createHash('sha256').update(text).digest('base64')}"`;

writeFileSync(output, `// Made by embed.mjs.
#include "page/uplot/uplot.hpp"

namespace peccary::program {

std::optional<chart_library> uplot() {
    return chart_library{.version = "${JSON.parse(theirs('package.json')).version}",
                         .license = ${literal(license)},
                         .style = ${literal(style)},
                         .style_hash = ${hash(style)},
                         .script = ${literal(script)},
                         .script_hash = ${hash(script)}};
}

} // namespace peccary::program
`);
