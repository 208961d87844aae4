import Core
import StrictJSON

/// Puts settings from a file and from the environment over a configuration, one by one.
package struct ConfigurationReader {
  package var configuration = Configuration()
  package var reader: SettingReader
  private var gaveTool = false
  private var gaveArguments = false

  package init(_ configuration: Configuration, origin: ConfigurationOrigin) {
    self.configuration = configuration
    reader = SettingReader(origin: origin)
  }

  /// Every setting by section; a section of one setting of the same name is that setting itself.
  package static let settings: [(section: String, names: [String])] = [
    (
      "extractor",
      [
        "kind", "command", "env", "tool", "arguments", "batch", "timeout", "protocol", "model", "quota",
        "price_per_call", "trust",
      ]
    ),
    ("limits", ["requests_per_minute", "in_flight", "max_attempts", "max_wait"]),
    ("policy", ["max_assets", "min_score", "max_bytes", "strip_metadata"]),
    ("layout", ["bundle", "production", "url", "handle", "categories", "default_category"]),
    ("templates", []),
    ("commit", ["branch", "hooks", "sign", "subject"]),
    ("drafts", ["prefix"]),
  ]

  /// Takes every setting of a file.
  package mutating func apply(_ tree: YAMLTree) {
    guard case .mapping(let sections, _) = tree else {
      if !tree.isNull {
        reader.faults.append(
          .configurationSyntax(
            reader.origin.path ?? "", "is not a mapping: expected settings by name, found \(tree.shown)",
            at: tree.position))
      }
      return
    }
    for section in sections {
      guard let known = Self.settings.first(where: { $0.section == section.name }) else {
        reader.faults.append(
          .configurationUnknown(
            section.name, known: Self.settings.map(\.section), from: reader.origin, at: section.position))
        continue
      }
      guard !section.value.isNull else { continue }
      if known.names.isEmpty {
        apply(section.name, section.name, section.value)
        continue
      }
      guard case .mapping(let members, _) = section.value else {
        reader.refuse(section.name, expected: "a mapping of settings", found: section.value)
        continue
      }
      for member in members {
        guard known.names.contains(member.name) else {
          reader.faults.append(
            .configurationUnknown(
              "\(section.name).\(member.name)", known: known.names, from: reader.origin, at: member.position))
          continue
        }
        if !member.value.isNull {
          apply("\(section.name).\(member.name)", "\(section.name).\(member.name)", member.value)
        }
      }
    }
    if !gaveTool {
      configuration.extractor.tool = ExtractorSettings.defaultTool(batch: configuration.extractor.batch)
    }
    if !gaveArguments {
      configuration.extractor.arguments = ExtractorSettings.defaultArguments(
        batch: configuration.extractor.batch)
    }
  }

  /// Takes one setting: `setting` says which, `name` what the user calls it there.
  package mutating func apply(_ setting: String, _ name: String, _ value: YAMLTree) {
    switch setting.split(separator: ".").first {
    case "extractor": applyExtractor(setting, name, value)
    case "layout": applyLayout(setting, name, value)
    case "commit": applyCommit(setting, name, value)
    default: applyNumber(setting, name, value)
    }
  }

  private mutating func applyNumber(_ setting: String, _ name: String, _ value: YAMLTree) {
    switch setting {
    case "limits.requests_per_minute":
      set(\.limits.requestsPerMinute, reader.integer(name, value, in: 1...1_000_000))
    case "limits.in_flight": set(\.limits.inFlight, reader.integer(name, value, in: 1...1000))
    case "limits.max_attempts": set(\.limits.maxAttempts, reader.integer(name, value, in: 1...1000))
    case "limits.max_wait": set(\.limits.maxWait, reader.duration(name, value))
    case "policy.max_assets": set(\.policy.maxAssets, reader.integer(name, value, in: 1...1000))
    case "policy.min_score": set(\.policy.minScore, reader.number(name, value, in: 0...100))
    case "policy.max_bytes": set(\.policy.maxBytes, reader.integer(name, value, in: 1...(1 << 31)))
    case "policy.strip_metadata": set(\.policy.stripMetadata, reader.flag(name, value))
    case "drafts.prefix":
      guard let prefix = reader.text(name, value) else { return }
      guard AssetID(prefix) != nil, prefix.utf8.count <= 50 else {
        return reader.refuse(name, expected: "1 to 50 letters, digits, \"_\" and \"-\"", found: value)
      }
      configuration.drafts.prefix = prefix
    case "templates":
      if let templates = reader.text(name, value) { configuration.templates = templates }
    default: preconditionFailure("The setting \"\(setting)\" is listed but not read.")
    }
  }

  /// A list of fields of the IDF.
  private mutating func trusted(_ name: String, _ value: YAMLTree) -> [FactsMerge.Trusted]? {
    guard let texts = reader.texts(name, value) else { return nil }
    let fields = texts.compactMap(FactsMerge.Trusted.init)
    guard fields.count == texts.count else {
      let all = FactsMerge.Trusted.allCases.map(\.rawValue).joined(separator: ", ")
      reader.refuse(name, expected: "a list of fields among \(all)", found: value)
      return nil
    }
    return fields
  }

  private mutating func applyExtractor(_ setting: String, _ name: String, _ value: YAMLTree) {
    switch setting {
    case "extractor.kind": set(\.extractor.kind, reader.choice(name, value))
    case "extractor.command": set(\.extractor.command, reader.texts(name, value))
    case "extractor.env": set(\.extractor.env, environmentNames(name, value))
    case "extractor.tool":
      gaveTool = true
      set(\.extractor.tool, reader.text(name, value))
    case "extractor.arguments":
      gaveArguments = true
      guard case .mapping = value else {
        reader.refuse(name, expected: "a mapping of arguments", found: value)
        return
      }
      set(\.extractor.arguments, reader.json(name, value))
    case "extractor.batch": set(\.extractor.batch, reader.flag(name, value))
    case "extractor.timeout":
      guard let timeout = reader.duration(name, value) else { return }
      guard timeout > .zero else { return reader.refuse(name, expected: "more than 0", found: value) }
      configuration.extractor.timeout = timeout
    case "extractor.protocol": set(\.extractor.protocolVersion, reader.choice(name, value))
    case "extractor.model":
      if let model = reader.text(name, value) { configuration.extractor.model = model }
    case "extractor.price_per_call":
      guard let price = reader.text(name, value) else { return }
      guard let read = Price(price) else {
        return reader.refuse(name, expected: "a price such as \"0.002 USD\"", found: value)
      }
      configuration.extractor.pricePerCall = read.text
    case "extractor.trust": set(\.extractor.trust, trusted(name, value))
    case "extractor.quota":
      if let quota = reader.text(name, value) { configuration.extractor.quota = quota }
    default: preconditionFailure("The setting \"\(setting)\" is listed but not read.")
    }
  }

  private mutating func applyLayout(_ setting: String, _ name: String, _ value: YAMLTree) {
    switch setting {
    case "layout.bundle": set(\.layout.bundle, pathTemplate(name, value))
    case "layout.production":
      guard let text = pathTemplate(name, value) else { return }
      guard let template = PlaceholderTemplate(text), Layout.namesPicture(template) else {
        return reader.refuse(
          name, expected: "a file name with {{file}} in it or .png at its end", found: value)
      }
      configuration.layout.production = text
    case "layout.url":
      guard let text = reader.text(name, value, mayBeEmpty: true) else { return }
      if let fault = Layout.fault(ofURL: text) { return reader.refuse(name, expected: fault, found: value) }
      configuration.layout.url = text
    case "layout.handle":
      guard let text = reader.text(name, value) else { return }
      if let fault = Layout.fault(ofHandle: text) {
        return reader.refuse(name, expected: fault, found: value)
      }
      configuration.layout.handle = text
    case "layout.categories": applyCategories(name, value)
    case "layout.default_category": set(\.layout.defaultCategory, reader.text(name, value))
    default: preconditionFailure("The setting \"\(setting)\" is listed but not read.")
    }
  }

  /// Takes a list of categories, or a mapping of each to the built-in category it is treated as.
  private mutating func applyCategories(_ name: String, _ value: YAMLTree) {
    var kinds: [String: String] = [:]
    let categories: [String]
    if case .mapping(let members, _) = value {
      categories = members.map(\.name)
      for member in members {
        guard case .scalar(let text, _, _) = member.value, let kind = AssetKind(category: text) else {
          return reader.refuse(
            "\(name).\(member.name)",
            expected: "one of \(AssetKind.categories.joined(separator: ", "))", found: member.value)
        }
        kinds[member.name] = kind.category
      }
    } else {
      guard let texts = reader.texts(name, value) else { return }
      categories = texts
    }
    guard !categories.isEmpty, Set(categories.map { $0.lowercased() }).count == categories.count else {
      return reader.refuse(name, expected: "one or more categories, each once", found: value)
    }
    for category in categories
    where category.contains("/") || ConfiguredPath.fault(of: category) != nil {
      reader.refuse(name, expected: "names of folders, not \"\(category.cut)\"", found: value)
    }
    configuration.layout.categories = categories
    configuration.layout.kinds = kinds
  }

  private mutating func applyCommit(_ setting: String, _ name: String, _ value: YAMLTree) {
    switch setting {
    case "commit.branch":
      guard let branch = reader.text(name, value, mayBeEmpty: true) else { return }
      guard branch.isEmpty || BranchName.isFit(branch) else {
        return reader.refuse(name, expected: "a branch's name", found: value)
      }
      configuration.commit.branch = branch
    case "commit.hooks": set(\.commit.hooks, reader.flag(name, value))
    case "commit.sign": set(\.commit.sign, reader.flag(name, value))
    case "commit.subject":
      guard let subject = reader.text(name, value) else { return }
      let known = CommitMessage.placeholders
      guard let template = PlaceholderTemplate(subject), template.name(notAmong: known) == nil else {
        return reader.refuse(
          name, expected: "one line, in it only {{\(known.joined(separator: "}}, {{"))}}", found: value)
      }
      configuration.commit.subject = subject
    default: preconditionFailure("The setting \"\(setting)\" is listed but not read.")
    }
  }

  private mutating func set<Value>(_ path: WritableKeyPath<Configuration, Value>, _ value: Value?) {
    if let value { configuration[keyPath: path] = value }
  }

  private mutating func pathTemplate(_ name: String, _ value: YAMLTree) -> String? {
    guard let text = reader.text(name, value) else { return nil }
    guard let fault = ConfiguredPath.fault(ofTemplate: text) else { return text }
    reader.refuse(name, expected: fault, found: value)
    return nil
  }

  private mutating func environmentNames(_ name: String, _ value: YAMLTree) -> [String]? {
    guard let names = reader.texts(name, value) else { return nil }
    for name in names {
      let isFit = name.utf8.enumerated().allSatisfy { index, byte in
        JSONScanner.isWordByte(byte) && !"+-.$".utf8.contains(byte)
          && (index > 0 || !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte))
      }
      guard isFit else {
        // What is here may be a secret, so it is not repeated.
        reader.faults.append(
          .configurationValue(
            "extractor.env", expected: "names of environment variables", found: "something else",
            from: reader.origin, at: value.position,
            hint: "Put the variable's name here and its value into the environment."))
        return nil
      }
    }
    return names
  }
}
