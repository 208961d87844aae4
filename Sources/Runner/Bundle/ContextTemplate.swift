/// The template of `context.md` that comes with the command.
enum ContextTemplate {
  static let text = """
    # {{name}}

    {{narrative}}

    | fact | value |
    |---|---|
    | Asset | {{asset_id}} |
    | Category | {{category}} |
    | Compliance score | {{score}} |
    | Image | `{{production_path}}` |
    | Size | {{width}} × {{height}} px, {{format}} |
    | SHA-256 | `{{image_sha256}}` |
    | Tokens | `{{tokens_path}}` |

    ## Specimens

    {{#specimens}}
    - {{text}}
    {{/specimens}}
    {{^specimens}}
    None are named.
    {{/specimens}}

    ## Mode context

    {{#mode}}
    {{mode}}
    {{/mode}}
    {{^mode}}
    No mode is set.
    {{/mode}}

    ## Purpose

    {{#purpose}}
    {{purpose}}
    {{/purpose}}
    {{^purpose}}
    No purpose is given.
    {{/purpose}}

    ## Colours

    | role | colour | in words |
    |---|---|---|
    | background | `{{background}}` | {{background_words}} |
    {{#primary}}
    | primary {{index}} | `{{hex}}` | {{words}} |
    {{/primary}}
    {{#accents}}
    | accent {{index}} | `{{hex}}` | {{words}} |
    {{/accents}}

    ## Density

    | zone | covered |
    |---|---|
    {{#zones}}
    | {{words}} | {{percent}} % |
    {{/zones}}

    """
}
