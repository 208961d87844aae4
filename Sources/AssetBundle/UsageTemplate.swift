/// The template of `usage.md` that comes with the command.
///
/// Its code blocks hold only values that can't end a CSS value, an attribute or the block: numbers,
/// hexadecimal colours, class names made of the handle, the percent-encoded address, and the alternative text
/// escaped for HTML. Custom properties carry the class's name: they are inherited, and one asset may be within
/// another.
package enum UsageTemplate {
  package static let text = """
    # Using {{name}}

    {{#has_url}}
    {{asset_id}} is the file `{{production_path}}`, served as `{{url}}`.
    {{/has_url}}
    {{^has_url}}
    {{asset_id}} is the file `{{production_path}}`. The address that the site serves it under isn't known: below,
    `{{url}}` is its path in the repository. Set `layout.url` in `ledger.yaml` to have the address here.
    {{/has_url}}
    Its colours and sizes are design tokens in `{{tokens_path}}`, in the group `{{handle}}`.

    ## CSS

    ```css
    .{{css_class}} {
    {{#is_background_kind}}
      --{{css_class}}-image: url("{{url}}");
    {{/is_background_kind}}
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
    {{#is_background_kind}}
      position: relative;
      isolation: isolate;
    {{#is_wallpaper}}
      min-height: 60vh;
    {{/is_wallpaper}}
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
    {{#is_pattern}}
      background-repeat: {{background_repeat}};
      background-size: var(--{{css_class}}-size, {{css_width}}px) auto;
    {{/is_pattern}}
    {{#is_wallpaper}}
      max-width: {{css_width}}px;
      max-height: {{css_height}}px;
      margin: auto;
      background-position: center;
      background-repeat: no-repeat;
      background-size: var(--{{css_class}}-size, cover);
    {{/is_wallpaper}}
      opacity: var(--{{css_class}}-opacity, 1);
      pointer-events: none;
    }
    {{/is_background_kind}}
    {{^is_background_kind}}
    {{#is_icon}}
      width: var(--{{css_class}}-size, min(1.5rem, {{css_width}}px));
      vertical-align: middle;
    {{/is_icon}}
    {{#is_specimen}}
      width: var(--{{css_class}}-size, {{css_width}}px);
      max-width: 100%;
    {{/is_specimen}}
      height: auto;
      opacity: var(--{{css_class}}-opacity, 1);
    }
    {{/is_background_kind}}
    ```

    {{#has_background}}
    `--{{css_class}}-on-background` is readable on `--{{css_class}}-background`: {{contrast}} (WCAG 2.2; normal text needs
    4.5:1). The contrast with the image itself depends on the place.
    {{/has_background}}
    {{^has_background}}
    The background is transparent, so no background colour is set.
    {{/has_background}}

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
    <img class="{{css_class}} {{css_class}}--button" src="{{url}}" width="{{css_width}}" height="{{css_height}}" alt="{{alt_html}}" loading="lazy">
    {{/is_icon}}
    {{#is_specimen}}
    <img class="{{css_class}} {{css_class}}--feature" src="{{url}}" width="{{css_width}}" height="{{css_height}}" alt="{{alt_html}}" loading="lazy">
    {{/is_specimen}}
    ```

    ## Responsive behaviour

    {{#is_pattern}}
    The tile keeps its proportions, and is drawn at half its size on narrow screens. It is left out where a reader asks
    for more contrast, and in print.

    ```css
    @media (max-width: 40rem) {
      .{{css_class}}::before { background-size: calc(var(--{{css_class}}-size, {{css_width}}px) / 2) auto; }
    }
    @media (prefers-contrast: more), print {
      .{{css_class}}::before { display: none; }
    }
    ```
    {{/is_pattern}}
    {{#is_wallpaper}}
    The image fills its box at any proportion, cropped at its edges, up to its own size of {{css_width}} × {{css_height}} px; a larger
    box shows it centred on the background. It fades where a reader asks for more contrast, and is left out in print.

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
    The icon scales with the text around it, up to its own size. On touch screens, make the target at least 44 px.

    ```css
    @media (pointer: coarse) {
      .{{css_class}}--button { --{{css_class}}-size: min(1.75rem, {{css_width}}px); }
    }
    ```
    {{/is_icon}}
    {{#is_specimen}}
    The image is shown whole. It becomes narrower with its column, keeps {{css_width}} : {{css_height}}, and is never enlarged.
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
