import Testing

@testable import Runner

@Suite("Placeholders in settings")
struct PlaceholderTemplateTests {
  @Test("A template is filled once")
  func fills() throws {
    let template = try #require(PlaceholderTemplate("assets/{{asset_id}}-{{ slug }}/x"))
    #expect(template.name(notAmong: ["asset_id"]) == "slug")
    #expect(template.name(notAmong: ["asset_id", "slug"]) == nil)
    #expect(template.expanded(["asset_id": "{{slug}}", "slug": "canopy"]) == "assets/{{slug}}-canopy/x")
  }

  @Test(
    "Braces that are not a placeholder make no template",
    arguments: [
      "{{", "{{a", "{{a}", "{a}", "{{{a}}}", "{{#a}}", "{{/a}}", "{{&a}}", "{{a b}}", "{{}}", "{{ }}", "a}}",
      "{{a}}}",
    ])
  func refuses(_ text: String) {
    #expect(PlaceholderTemplate(text) == nil)
  }
}
