/// The template of `context.md` that comes with the command. A section about which nothing is known is left out; each
/// says where it comes from, and what an extractor said is quoted.
package enum ContextTemplate {
  package static let text = """
    # {{name}}

    {{narrative}}

    | field | value |
    |---|---|
    | Asset | {{asset_id}} |
    | Category | {{category}} |
    | Compliance score | {{score}} |
    | Image | `{{production_path}}` |
    | Size | {{width}} × {{height}} px, {{format}} |
    | SHA-256 | `{{image_sha256}}` |
    | Tokens | `{{tokens_path}}` |

    {{#description}}
    ## Description ({{description_source}})

    {{description_quote}}{{description}}

    {{/description}}
    {{#has_motifs}}
    ## Motifs ({{motifs_source}})

    {{#motifs}}
    {{motifs_quote}}- {{name}}{{#rationale}}: {{rationale}}{{/rationale}}
    {{/motifs}}

    {{/has_motifs}}
    {{#has_specimens}}
    ## Specimens ({{specimens_source}})

    {{#specimens}}
    {{specimens_quote}}- {{text}}
    {{/specimens}}

    {{/has_specimens}}
    {{#mode}}
    ## Mode ({{mode_source}})

    {{mode_quote}}{{mode}}

    {{/mode}}
    {{#purpose}}
    ## Purpose ({{purpose_source}})

    {{purpose_quote}}{{purpose}}

    {{/purpose}}
    {{#placement}}
    ## Placement ({{placement_source}})

    {{placement_quote}}{{placement}}

    {{/placement}}
    {{#has_tags}}
    ## Tags ({{tags_source}})

    {{#tags}}
    {{tags_quote}}- {{text}}
    {{/tags}}

    {{/has_tags}}
    ## Colours (background {{background_source}}, others {{palette_source}})

    | role | colour | in words |
    |---|---|---|
    | background | {{#has_background}}`{{background}}`{{/has_background}}{{^has_background}}–{{/has_background}} | {{background_words}} |
    {{#primary}}
    | primary {{index}} | `{{hex}}` | {{words}} |
    {{/primary}}
    {{#accents}}
    | accent {{index}} | `{{hex}}` | {{words}} |
    {{/accents}}

    ## Density (measured)

    | zone | covered |
    |---|---|
    {{#zones}}
    | {{words}} | {{percent}} % |
    {{/zones}}

    """
}
