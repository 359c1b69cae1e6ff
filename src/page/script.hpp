// What the page can do where scripts run: hide and show runs, tell the values under the pointer,
// open all tables for printing. Everything else is there without it. The page's content security
// policy names its hash; a test holds the two together.
#pragma once

#include <string_view>

namespace peccary::program {

inline constexpr std::string_view page_script = R"(
'use strict';
for (const box of document.querySelectorAll('.legend input')) {
  box.hidden = false;
  box.disabled = false;
  box.addEventListener('change', () => {
    for (const line of document.querySelectorAll('g[data-run="' + box.dataset.toggle + '"]')) {
      line.classList.toggle('off', !box.checked);
    }
  });
}
for (const chart of document.querySelectorAll('svg[data-x]')) {
  const says = chart.parentElement.querySelector('.hover');
  chart.addEventListener('pointermove', event => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(chart.getScreenCTM().inverse());
    let best = 900, found = null;
    for (const line of chart.querySelectorAll('g:not(.off) > polyline')) {
      [...line.points].forEach((point, i) => {
        const far = (point.x - at.x) ** 2 + (point.y - at.y) ** 2;
        if (far < best) [best, found] = [far, [line, i]];
      });
    }
    says.textContent = found === null ? '' : found[0].parentElement.querySelector('title').textContent + ': ' +
      found[0].dataset.values.split(' ')[found[1]].replace(',', ', ');
  });
  chart.addEventListener('pointerleave', () => { says.textContent = ''; });
}
addEventListener('beforeprint', () => {
  for (const table of document.querySelectorAll('details')) table.open = true;
});
)";
inline constexpr std::string_view page_script_hash = "sha256-8cIJkzzM5TB5uCAatYczckxwShjw/Vk2Rm6O2b46fcE=";

} // namespace peccary::program
