/// What is said of every setting: the pages and the commented `ledger.yaml` are made from it.
package enum SettingsGuide {
  package struct Entry: Hashable, Sendable {
    /// Such as `limits.in_flight`.
    package var name: String
    /// As it would be written, in YAML.
    package var standard: String
    package var example: String
    package var words: String
  }

  /// Every setting, in the order in which `ledger.yaml` shows them.
  package static let all: [Entry] = [
    Entry(
      name: "extractor.kind", standard: "local", example: "mcp",
      words: "Who describes the images: local measures the pixels, mcp asks a server, exec starts a program."),
    Entry(
      name: "extractor.command", standard: "[]", example: "[python3, servers/flash_sidekick.py]",
      words: "The program and its arguments; its first word is looked up in PATH or below the project's root."
    ),
    Entry(
      name: "extractor.env", standard: "[]", example: "[GEMINI_API_KEY]",
      words: "Names of environment variables that the program gets, beside PATH, HOME, LANG and TMPDIR."),
    Entry(
      name: "extractor.tool", standard: "generate_idf", example: "describe_image",
      words: "The tool of an mcp server; batch_file_analysis where batch is true."),
    Entry(
      name: "extractor.arguments", standard: "{ code: \"@prompt\" }",
      example: "{ image: \"@base64\", question: \"@prompt\" }",
      words: "The tool's arguments; docs/extractors.md lists the words with an @."),
    Entry(
      name: "extractor.batch", standard: "false", example: "true",
      words: "One call for all pending assets."),
    Entry(
      name: "extractor.timeout", standard: "60s", example: "2m", words: "How long one call may take."),
    Entry(
      name: "extractor.protocol", standard: "auto", example: "2025-11-25",
      words: "The Model Context Protocol's version; auto finds it out by asking."),
    Entry(
      name: "extractor.model", standard: "", example: "gemini-2.5-flash",
      words: "The model behind the extractor; another name makes earlier answers another model's."),
    Entry(
      name: "extractor.quota", standard: "", example: "gemini",
      words: "The quota that the calls use up; left out, it goes by kind, tool, model and the program's name."
    ),
    Entry(
      name: "extractor.price_per_call", standard: "", example: "0.002 USD",
      words: "What one call costs; summed in plans and reports."),
    Entry(
      name: "extractor.trust", standard: "[]", example: "[palette]",
      words: "Fields in which a reply wins over what was measured: background, palette."),
    Entry(
      name: "limits.requests_per_minute", standard: "55", example: "10",
      words: "Calls that may start within a minute, of all batches of the ledger together."),
    Entry(
      name: "limits.in_flight", standard: "5", example: "2",
      words: "Calls and stages that run at the same time."),
    Entry(
      name: "limits.max_attempts", standard: "5", example: "3",
      words: "How often a stage is tried before its asset has failed."),
    Entry(
      name: "limits.max_wait", standard: "60s", example: "1h30m",
      words: "A run waits no longer than this for quota; then it ends with 75 and can be resumed."),
    Entry(name: "policy.max_assets", standard: "5", example: "12", words: "The most assets of one batch."),
    Entry(
      name: "policy.min_score", standard: "90", example: "92.5", words: "The lowest score that is taken."),
    Entry(
      name: "policy.max_bytes", standard: "33554432", example: "104857600",
      words: "The most bytes of an image's file."),
    Entry(
      name: "policy.strip_metadata", standard: "false", example: "true",
      words: "Leave text, EXIF and times out of images: see docs/images.md."),
    Entry(
      name: "layout.bundle", standard: "\"assets/{{asset_id}}-{{slug}}\"",
      example: "\"design/{{category}}/{{asset_id}}\"",
      words: "The folder of an asset's documents; knows asset_id, slug, category and file."),
    Entry(
      name: "layout.production", standard: "\"frontend/public/assets/{{category}}/{{file}}\"",
      example: "\"static/img/{{slug}}.png\"", words: "Where the image goes."),
    Entry(
      name: "layout.url", standard: "", example: "\"/img/{{category}}/{{file}}\"",
      words: "The image's address on a page; left out, it is the path below public/ or static/."),
    Entry(
      name: "layout.handle", standard: "\"{{asset_id}}\"", example: "\"{{slug}}\"",
      words: "What CSS class, custom properties, token group and file are named by."),
    Entry(
      name: "layout.categories", standard: "[wallpapers, patterns, specimens, icons]",
      example: "[heroes, icons]",
      words: "The categories that a manifest may name; "
        + "or a map to one of these four kinds, { heroes: wallpapers }."),
    Entry(
      name: "layout.default_category", standard: "specimens", example: "icons",
      words: "The category of an asset that names none."),
    Entry(
      name: "templates", standard: "", example: "templates",
      words: "A folder with templates to use instead of ours; `ledgerctl init --templates` writes them."),
    Entry(
      name: "commit.branch", standard: "\"\"", example: "assets",
      words: "The branch that batches land on; empty for the one that is checked out."),
    Entry(
      name: "commit.hooks", standard: "false", example: "true",
      words: "Run the repository's commit hooks: see docs/git.md."),
    Entry(
      name: "commit.sign", standard: "false", example: "true", words: "Sign the commit as git is set up to."),
    Entry(
      name: "commit.subject", standard: "\"feat(assets): Add batch {{title}} - Assets {{numbers}}\"",
      example: "\"feat(assets): add {{title}}\"",
      words: "The commit's first line; knows title, numbers and batch_id."),
    Entry(
      name: "drafts.prefix", standard: "ASSET", example: "KR-HERO",
      words: "What the ids of drafted assets begin with."),
  ]

  /// A `ledger.yaml` in which everything is commented out, so that every setting is at its default.
  package static var file: String {
    var text = """
      # Settings of ledgerctl. Everything is optional: remove the "# " of a line to change a setting.
      # `ledgerctl config` shows what is in force; docs/configuration.md says more.

      """
    var section = ""
    for entry in all {
      let parts = entry.name.split(separator: ".", maxSplits: 1).map(String.init)
      if parts[0] != section {
        section = parts[0]
        text += parts.count == 1 ? "\n" : "\n# \(section):\n"
      }
      let indent = parts.count == 1 ? "# " : "#   "
      text += "\(indent)## \(entry.words)\n"
      let value = entry.standard.isEmpty ? entry.example : entry.standard
      text += "\(indent)\(parts[parts.count - 1]): \(value)\n"
    }
    return text
  }

  /// The page's table: every setting with its default and an example.
  package static var table: String {
    "| setting | default | example | what it does |\n|---|---|---|---|\n"
      + all.map { entry in
        let standard = entry.standard.isEmpty ? "" : "`\(entry.standard)`"
        return "| `\(entry.name)` | \(standard) | `\(entry.example)` | \(entry.words) |\n"
      }.joined()
  }
}
