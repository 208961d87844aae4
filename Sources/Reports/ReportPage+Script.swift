extension ReportPage {
  /// What the page does where scripts run: details of the timeline's parts, arrow keys, copying and the filter.
  ///
  /// It has no text from outside in it, and without it nothing is lost but comfort.
  static let script: Markup = #"""
    "use strict";
    (() => {
      const detail = document.getElementById("detail");
      detail.hidden = false;
      const show = (part) => { detail.textContent = part.getAttribute("aria-label"); };
      for (const row of document.querySelectorAll("#timeline .row")) {
        const place = (part) => Number(part.dataset.start || part.dataset.time);
        const parts = [...row.querySelectorAll(".part")].sort((one, other) => place(one) - place(other));
        parts.forEach((part, index) => {
          part.setAttribute("tabindex", index === 0 ? "0" : "-1");
          part.addEventListener("mouseenter", () => show(part));
          part.addEventListener("focus", () => show(part));
          part.addEventListener("keydown", (event) => {
            const steps = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: parts.length - 1 };
            const next = parts[steps[event.key]];
            if (!next) return;
            event.preventDefault();
            part.setAttribute("tabindex", "-1");
            next.setAttribute("tabindex", "0");
            next.focus();
          });
        });
      }

      const copied = async (text) => {
        try {
          await navigator.clipboard.writeText(text);
          return true;
        } catch {
          const field = document.createElement("textarea");
          field.value = text;
          document.body.append(field);
          field.select();
          const done = document.execCommand("copy");
          field.remove();
          return done;
        }
      };
      for (const button of document.querySelectorAll("button.copy")) {
        button.hidden = false;
        button.addEventListener("click", async () => {
          button.textContent = await copied(button.dataset.copy) ? "Copied" : "Not copied";
          button.focus();
          setTimeout(() => { button.textContent = "Copy"; }, 1500);
        });
      }

      const rows = [...document.querySelectorAll("#events tbody tr")];
      const contents = rows.map((row) => row.textContent.toLowerCase());
      const filter = document.getElementById("filter");
      const count = document.getElementById("filter-count");
      document.getElementById("filter-row").hidden = false;
      filter.addEventListener("input", () => {
        const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
        let shown = 0;
        rows.forEach((row, index) => {
          row.hidden = !words.every((word) => contents[index].includes(word));
          if (!row.hidden) shown += 1;
        });
        count.textContent = shown === rows.length ? rows.length + " events" : shown + " of " + rows.length + " events";
      });
    })();
    """#
}
