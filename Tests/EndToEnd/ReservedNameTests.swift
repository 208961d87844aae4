import Foundation
import GitRepository
import Testing

@testable import Runner

@Suite("Names that a system or git acts upon")
struct ReservedNameTests {
  @Test(
    "The id of a device on Windows is refused with 65, and nothing is registered",
    arguments: ["CON", "con", "Nul", "AUX", "PRN", "COM1", "com0", "LPT9"])
  func device(id: String) async throws {
    let folder = try SampleFolder()
    try folder.writeManifest { draft in
      draft.assets.removeLast(2)
      draft.assets[0].id = id
    }
    for verb in ["plan", "run"] {
      let refused = try await folder.ledgerctl(verb, "batch.json", "--format", "json")
      #expect(refused.exit == 65 && refused.text.contains("\"manifest_id\""), "\(refused.text)")
    }
    #expect(!folder.exists(".ledger/ledger.db") && !folder.exists("frontend"))
  }

  @Test("A name that only begins like a device's is taken")
  func noDevice() async throws {
    let folder = try SampleFolder()
    try folder.writeManifest { draft in
      for (index, id) in ["CONE", "COM10", "LPT"].enumerated() { draft.assets[index].id = id }
    }
    #expect(try await folder.ledgerctl("run", "batch.json").exit == 0)
    #expect(try folder.shell("ls frontend/public/assets/*/").contains("cone.png"))
  }

  @Test("A target that a device's name comes into by way of the layout is refused before anything is placed")
  func deviceByLayout() async throws {
    let folder = try SampleFolder()
    try folder.write("layout: { production: \"img/{{slug}}.png\" }\n", to: "ledger.yaml")
    try folder.writeManifest { draft in
      draft.assets.removeLast(2)
      draft.assets[0].specs = ["name": "Con"]
    }
    for verb in ["plan", "run"] {
      let refused = try await folder.ledgerctl(verb, "batch.json")
      #expect(refused.exit != 0 && refused.errors.contains("con.png"), "\(refused.errors)")
    }
    #expect(try !folder.exists("img") && folder.commits() == 1)
  }

  @Test("A category comes into a path as a name of git's folders just as little")
  func category() async throws {
    let folder = try SampleFolder()
    try folder.write(
      "layout: { production: \"{{category}}/{{file}}\", categories: [\".github\"], default_category: \".github\" }\n",
      to: "ledger.yaml")
    try folder.writeManifest { draft in
      draft.assets.removeLast(2)
      draft.assets[0].specs = [:]
    }
    for verb in ["plan", "run"] {
      let refused = try await folder.ledgerctl(verb, "batch.json")
      #expect(refused.exit != 0 && refused.errors.contains(".github"), "\(refused.errors)")
    }
    #expect(try !folder.exists(".github") && folder.commits() == 1)
  }

  @Test(
    "A layout that writes what git, its hosts or a browser act upon is refused with 78",
    arguments: [
      "production: \".gitmodules\"", "production: \".gitattributes\"", "production: \"a/.GitIgnore\"",
      "production: \".github/workflows/{{file}}\"", "production: \"public/{{asset_id}}.svg\"",
      "bundle: \".github/{{asset_id}}\"", "bundle: \"a/.git/hooks/{{asset_id}}\"",
    ])
  func layout(_ setting: String) async throws {
    let folder = try SampleFolder()
    try folder.write("layout: { \(setting) }\n", to: "ledger.yaml")
    for verb in ["plan", "run"] {
      let refused = try await folder.ledgerctl(verb, "batch.json")
      #expect(refused.exit == 78, "\(verb): \(refused.errors)")
    }
    #expect(try !folder.exists(".github") && folder.commits() == 1)
    #expect(try folder.git("status", "--porcelain", "--untracked-files=all") == "?? ledger.yaml\n")
  }
}
