/// The template of `usage.md` that comes with the command.
///
/// Within its code blocks stand only values that can't end a CSS value: numbers, hexadecimal colours, class
/// names made of the id, and the percent-encoded address. Custom properties carry the class's name: they are
/// inherited, and one asset may stand within another.
enum UsageTemplate {
  static let text = """
    # Using {{name}}

    {{asset_id}} is the file `{{production_path}}`, served as `{{url}}`.
    Its colours and measures are design tokens in `{{tokens_path}}`.

    ## CSS

    ```css
    .{{css_class}} {
      --{{css_class}}-image: url("{{url}}");
    {{#has_background}}
      --{{css_class}}-background: {{background}};
      --{{css_class}}-on-background: {{on_background}};
    {{/has_background}}
    {{#primary}}
      --{{css_class}}-primary-{{index}}: {{hex}};
    {{/primary}}
    {{#accents}}
      --{{css_class}}-accent-{{index}}: {{hex}};
    {{/accents}}
    {{#is_pattern}}
      position: relative;
      isolation: isolate;
    {{#has_ground}}
      background-color: var(--{{css_class}}-background);
      color: var(--{{css_class}}-on-background);
    {{/has_ground}}
    }

    .{{css_class}}::before {
      content: "";
      position: absolute;
      inset: 0;
      z-index: -1;
      background-image: var(--{{css_class}}-image);
      background-repeat: repeat;
      background-size: var(--{{css_class}}-size, {{width}}px) auto;
      opacity: var(--{{css_class}}-opacity, 1);
      pointer-events: none;
    }
    {{/is_pattern}}
    {{#is_wallpaper}}
      position: relative;
      isolation: isolate;
      min-height: 60vh;
    {{#has_ground}}
      background-color: var(--{{css_class}}-background);
      color: var(--{{css_class}}-on-background);
    {{/has_ground}}
    }

    .{{css_class}}::before {
      content: "";
      position: absolute;
      inset: 0;
      z-index: -1;
      background-image: var(--{{css_class}}-image);
      background-position: center;
      background-repeat: no-repeat;
      background-size: var(--{{css_class}}-size, cover);
      opacity: var(--{{css_class}}-opacity, 1);
      pointer-events: none;
    }
    {{/is_wallpaper}}
    {{#is_icon}}
      display: inline-block;
      width: var(--{{css_class}}-size, 1.5rem);
      aspect-ratio: {{width}} / {{height}};
      vertical-align: middle;
      background: var(--{{css_class}}-image) center / contain no-repeat;
      opacity: var(--{{css_class}}-opacity, 1);
    }
    {{/is_icon}}
    {{#is_specimen}}
      width: 100%;
      max-width: var(--{{css_class}}-size, {{width}}px);
      aspect-ratio: {{width}} / {{height}};
      background: var(--{{css_class}}-image) center / contain no-repeat;
    {{#has_ground}}
      background-color: var(--{{css_class}}-background);
    {{/has_ground}}
      opacity: var(--{{css_class}}-opacity, 1);
    }
    {{/is_specimen}}
    ```

    ## Size and opacity by context

    | context | for | size | opacity |
    |---|---|---|---|
    {{#contexts}}
    | `{{css_class}}--{{context}}` | {{purpose}} | {{size}} | {{opacity}} |
    {{/contexts}}

    ```css
    {{#contexts}}
    .{{css_class}}--{{context}} { --{{css_class}}-size: {{size}}; --{{css_class}}-opacity: {{opacity}}; }
    {{/contexts}}
    ```

    ```html
    {{#is_pattern}}
    <section class="{{css_class}} {{css_class}}--page">…</section>
    {{/is_pattern}}
    {{#is_wallpaper}}
    <header class="{{css_class}} {{css_class}}--hero">…</header>
    {{/is_wallpaper}}
    {{#is_icon}}
    <span class="{{css_class}} {{css_class}}--button" role="img" aria-label="…"></span>
    {{/is_icon}}
    {{#is_specimen}}
    <div class="{{css_class}} {{css_class}}--card" role="img" aria-label="…"></div>
    {{/is_specimen}}
    ```

    ## Responsive behaviour

    {{#is_pattern}}
    The tile keeps its proportions and repeats to any width; on narrow screens it is drawn at half its size. It is
    left out where a reader asks for more contrast, and in print.

    ```css
    @media (max-width: 40rem) {
      .{{css_class}}::before { background-size: calc(var(--{{css_class}}-size, {{width}}px) / 2) auto; }
    }
    @media (prefers-contrast: more), print {
      .{{css_class}}::before { display: none; }
    }
    ```
    {{/is_pattern}}
    {{#is_wallpaper}}
    The image covers its box at any proportion, cut at its edges; keep text in the {{quietest_zone}}. On narrow
    screens the box is lower. The image steps back where a reader asks for more contrast, and is left out in print.

    ```css
    @media (max-width: 40rem) {
      .{{css_class}} { min-height: 40vh; }
    }
    @media (prefers-contrast: more) {
      .{{css_class}}::before { opacity: min(var(--{{css_class}}-opacity, 1), 0.15); }
    }
    @media print {
      .{{css_class}}::before { display: none; }
    }
    ```
    {{/is_wallpaper}}
    {{#is_icon}}
    The icon grows with the text around it; where a finger points instead of a mouse, give its button 44 px.

    ```css
    @media (pointer: coarse) {
      .{{css_class}}--button { --{{css_class}}-size: 1.75rem; }
    }
    ```
    {{/is_icon}}
    {{#is_specimen}}
    The image is shown whole: it fills its column up to its size and keeps {{width}} : {{height}}.

    ```css
    @media (max-width: 40rem) {
      .{{css_class}} { max-width: 100%; }
    }
    ```
    {{/is_specimen}}

    ## Where to use it

    {{#use}}
    - {{text}}
    {{/use}}

    ## Where not to use it

    {{#avoid}}
    - {{text}}
    {{/avoid}}

    """
}
