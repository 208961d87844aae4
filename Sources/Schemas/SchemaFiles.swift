/// The schema files of the folder beside this file, embedded; a test holds the list against the folder.
package enum SchemaFiles {
  /// A schema's name and how to get at its bytes, which are only touched when asked for.
  package struct File: Sendable {
    package let name: String
    package let bytes: @Sendable () -> [UInt8]
  }

  package static let all = [
    File(name: "manifest") { PackageResources.manifest_json },
    File(name: "config") { PackageResources.config_json },
    File(name: "event") { PackageResources.event_json },
    File(name: "result") { PackageResources.result_json },
    File(name: "error") { PackageResources.error_json },
    File(name: "status") { PackageResources.status_json },
    File(name: "idf") { PackageResources.idf_json },
    File(name: "plan") { PackageResources.plan_json },
    File(name: "explain") { PackageResources.explain_json },
    File(name: "verify") { PackageResources.verify_json },
    File(name: "doctor") { PackageResources.doctor_json },
    File(name: "prune") { PackageResources.prune_json },
    File(name: "document") { PackageResources.document_json },
    File(name: "settings") { PackageResources.settings_json },
    File(name: "report") { PackageResources.report_json },
    File(name: "assets") { PackageResources.assets_json },
    File(name: "files") { PackageResources.files_json },
    File(name: "init") { PackageResources.init_json },
  ]
}
