import BatchModel
import Core
import StrictJSON

/// Writes `tokens.json`, a Design Tokens Format 2025.10 file.
package enum TokensFile {
  /// Name under which the format keeps what is ours.
  package static let extensionName = "dev.ledgerctl"

  /// Returns the file's bytes: keys sorted, two spaces a level, a line feed at the end.
  package static func bytes(_ facts: AssetFacts) -> [UInt8] {
    // Nothing acts for a reader, or a page that the text is pasted into; angle brackets neither.
    Array(VisibleText.escapedInJSON(JSONWriter.pretty(document(facts)), also: ["<", ">"]).utf8)
  }

  private static func document(_ facts: AssetFacts) -> JSONValue {
    .object([.init(facts.input.handle, group(facts))])
  }

  /// The one group that everything is in, so that the files of many assets can be built together.
  private static func group(_ facts: AssetFacts) -> JSONValue {
    let dimensions = facts.input.idf.dimensions
    return [
      "$description": .string(description(facts)),
      "$extensions": .object([.init(extensionName, ours(facts))]),
      "color": colours(facts),
      "density": .object(
        [
          .init("$type", "number"),
          .init("$description", "Share of each zone that is not background, from 0 to 1."),
        ] + facts.zones.map { .init($0.name, token(JSONValue($0.coverage))) }),
      "size": [
        "$type": "dimension",
        "width": token(pixels(dimensions.width)),
        "height": token(pixels(dimensions.height)),
      ],
    ]
  }

  private static func description(_ facts: AssetFacts) -> String {
    let name = VisibleText.line(facts.input.name)
    guard let purpose = facts.input.idf.purpose.map(VisibleText.line), !purpose.isEmpty else { return name }
    return "\(name): \(purpose)"
  }

  private static func ours(_ facts: AssetFacts) -> JSONValue {
    let input = facts.input
    var members: [JSONValue.Member] = [
      .init("asset_id", .string(input.asset.text)),
      .init("name", .string(input.name)),
      .init("category", .string(input.category)),
      .init("compliance_score", JSONValue(input.score)),
      .init(
        "image", ["sha256": .string(input.image.hex), "format": .string(input.idf.dimensions.format)]),
      .init("idf", input.idf.json),
    ]
    if let key = input.extractKey { members.append(.init("extract_key", .string(key.hex))) }
    if !input.targets.moreFiles.isEmpty {
      members.append(.init("files", .array(input.targets.moreFiles.map(JSONValue.string))))
    }
    return .object(members)
  }

  private static func colours(_ facts: AssetFacts) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("$type", "color"), .init("background", token(facts.background.map(value) ?? transparent)),
    ]
    for (name, colours) in [("primary", facts.primary), ("accent", facts.accents)] where !colours.isEmpty {
      members.append(
        .init(
          name,
          .object(
            colours.enumerated().map { .init(String($0.offset + 1), token(value($0.element))) })))
    }
    return .object(members)
  }

  private static func token(_ value: JSONValue) -> JSONValue { ["$value": value] }

  private static func value(_ colour: RGB) -> JSONValue {
    [
      "colorSpace": "srgb", "components": .array(colour.components.map(JSONValue.number)), "alpha": 1,
      "hex": .string(colour.hex),
    ]
  }

  /// A ground without a colour; no `hex`, which has no alpha and would be taken for black.
  private static let transparent: JSONValue = [
    "colorSpace": "srgb", "components": [0, 0, 0], "alpha": 0,
  ]

  private static func pixels(_ count: Int) -> JSONValue { ["value": JSONValue(count), "unit": "px"] }
}

/// What a `tokens.json` says of whose it is.
package struct TokensFacts: Hashable, Sendable {
  package var asset: String
  /// As it was given, or made from the file's name or the id.
  package var name: String?
  package var category: String
  package var image: Digest
  /// The key of the `extract` that its facts came from, and the facts; nil in files of 0.1.
  package var extractKey: Digest?
  package var idf: JSONValue?
  /// Name of the root group; nil in a file of 0.1, whose tokens are at the root.
  package var handle: String?
  /// Names of the bundle's files beside the three documents.
  package var moreFiles: [String]

  /// Reads a file's bytes, in today's form or that of 0.1; nil if they are no `tokens.json` of ours.
  package init?(_ bytes: [UInt8]) {
    guard let file = try? JSONReader.value(of: bytes) else { return nil }
    let group = file.members?.count == 1 ? file.members?.first : nil
    let ofGroup = group?.value["$extensions"]?[TokensFile.extensionName]
    guard let ours = ofGroup ?? file["$extensions"]?[TokensFile.extensionName],
      let asset = ours["asset_id"]?.string, let category = ours["category"]?.string,
      let image = ours["image"]?["sha256"]?.string.flatMap({ Digest(hex: $0) })
    else { return nil }
    self.asset = asset
    name = ours["name"]?.string
    self.category = category
    self.image = image
    extractKey = ours["extract_key"]?.string.flatMap { Digest(hex: $0) }
    idf = ours["idf"]
    handle = ofGroup == nil ? nil : group?.name
    if let handle, !handle.utf8.allSatisfy(Layout.isHandleByte) { return nil }
    moreFiles = (ours["files"]?.array ?? []).compactMap(\.string).filter(Self.isFileName)
  }

  private static func isFileName(_ name: String) -> Bool {
    !name.hasPrefix(".") && !name.contains("/") && !name.isEmpty
  }
}
