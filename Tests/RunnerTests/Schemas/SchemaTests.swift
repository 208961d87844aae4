import Files
import StrictJSON
import Testing

@testable import Runner

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

@Suite("Schemas")
struct SchemaTests {
  @Test("Every schema file is shipped under its name, byte for byte, and there is no other")
  func areShipped() throws {
    let root = "/" + "\(#filePath)".split(separator: "/").dropLast(4).joined(separator: "/")
    let files = try FileManager.default.contentsOfDirectory(atPath: root + "/Sources/Schemas/files")
    #expect(Set(files) == Set(Schema.names.map { "\($0).json" }))
    for name in Schema.names {
      let bytes = try InputFile.beginning(
        of: "\(root)/Sources/Schemas/files/\(name).json", limitBytes: 1 << 20)
      #expect(Schema.named(name) == bytes)
      let schema = try JSONReader.value(of: bytes)
      #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
      #expect(schema["$id"]?.string?.hasSuffix("/\(name)/v1") == true)
    }
    #expect(Schema.named("none") == nil)
  }

  @Test("The manifest's schema has the limits and categories of the configuration")
  func followsConfiguration() throws {
    var configuration = Configuration()
    #expect(Schema.named("manifest", under: configuration) == Schema.named("manifest"))
    configuration.policy.maxAssets = 8
    configuration.policy.minScore = 80.5
    configuration.layout.categories = ["posters"]
    let schema = try JSONReader.value(of: #require(Schema.named("manifest", under: configuration)))
    #expect(schema["properties"]?["assets"]?["maxItems"] == 8)
    let asset = schema["$defs"]?["asset"]?["properties"]
    #expect(asset?["score"]?["minimum"] == 80.5)
    #expect(asset?["specs"]?["properties"]?["category"]?["enum"] == ["posters"])
    #expect(Schema.named("event", under: configuration) == Schema.named("event"))
    #expect(Schema.named("none", under: configuration) == nil)
  }

  @Test("The defaults that the schemas tell are the configuration's")
  func tellsDefaults() throws {
    let schema = try JSONReader.value(of: #require(Schema.named("config")))
    let coded = try JSONReader.value(of: Array(JSONEncoder().encode(Configuration())))
    var compared = 0
    for section in coded.members ?? [] {
      for setting in section.value.members ?? [] {
        guard let told = schema["properties"]?[section.name]?["properties"]?[setting.name]?["default"] else {
          continue
        }
        let isDuration = setting.name == "timeout" || setting.name == "max_wait"
        #expect(isDuration ? told == "60s" : told.canonical == setting.value.canonical, "\(setting.name)")
        compared += 1
      }
    }
    #expect(compared >= 15)
    let manifest = try JSONReader.value(of: #require(Schema.named("manifest")))
    let asset = manifest["$defs"]?["asset"]?["properties"]
    #expect(manifest["properties"]?["assets"]?["maxItems"] == JSONValue(Configuration().policy.maxAssets))
    #expect(asset?["score"]?["minimum"] == JSONValue(Configuration().policy.minScore))
    let categories = Configuration().layout.categories.map { JSONValue.string($0) }
    #expect(asset?["specs"]?["properties"]?["category"]?["enum"] == .array(categories))
  }

  @Test("The schema knows exactly the settings that the reader knows")
  func knowsSettings() throws {
    let schema = try JSONReader.value(of: #require(Schema.named("config")))
    let sections = try #require(schema["properties"]?.members)
    #expect(sections.map(\.name) == ConfigurationReader.settings.map(\.section))
    for (section, settings) in zip(sections, ConfigurationReader.settings) {
      #expect((section.value["properties"]?.members ?? []).map(\.name) == settings.names)
    }
  }
}
