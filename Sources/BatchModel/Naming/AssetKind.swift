/// The four categories we have advice for. Any other is shown whole, like a specimen.
package enum AssetKind: String, Sendable, CaseIterable {
  case wallpaper, pattern, specimen, icon

  /// The built-in category of this kind, such as `wallpapers`.
  package var category: String { rawValue + "s" }

  package static var categories: [String] { allCases.map(\.category) }

  /// Reads `wallpapers` or `wallpaper`, in any case.
  package init?(category: String) {
    let lower = category.lowercased()
    guard let kind = Self.allCases.first(where: { lower == $0.rawValue || lower == $0.category }) else {
      return nil
    }
    self = kind
  }

  /// The kind of a category: as the configuration maps it, else by its name, else a specimen.
  package init(of category: String, among kinds: [String: String]) {
    self = AssetKind(category: kinds[category] ?? category) ?? .specimen
  }

  /// Whether the image lies behind other content, where nobody needs to be told what it shows.
  package var isBackground: Bool { self == .wallpaper || self == .pattern }
}
