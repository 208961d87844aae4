// swift-tools-version: 6.2
import PackageDescription

// CI treats every warning of ours as an error; a user's compiler, older or newer, only shows them.
let strict: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let package = Package(
  name: "ledgerctl",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Ledger", targets: ["Ledger"]),
    .library(name: "Runner", targets: ["Runner"]),
    .executable(name: "ledgerctl", targets: ["ledgerctl"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3",
      providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite3"])]),
    .systemLibrary(
      name: "CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"]), .brew(["openssl@3"])]),
    .systemLibrary(
      name: "CLibPNG", pkgConfig: "libpng",
      providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .target(name: "CPNG", dependencies: ["CLibPNG"]),
    .systemLibrary(
      name: "CLCMS", pkgConfig: "lcms2",
      providers: [.apt(["liblcms2-dev"]), .brew(["little-cms2"])]),
    .target(name: "CColour", dependencies: ["CLCMS"], linkerSettings: [.linkedLibrary("z")]),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1",
      providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    .systemLibrary(
      name: "CUTF8Proc",
      providers: [.apt(["libutf8proc-dev"]), .brew(["utf8proc"])]),
    .target(name: "CProcess"),
    .target(name: "CFiles"),
    .target(
      name: "Migrations", path: "migrations", resources: [.embedInCode("sql")],
      swiftSettings: strict),
    // A target of its own, for bytes embedded in code take seconds to compile.
    .target(name: "Schemas", resources: [.embedInCode("files")], swiftSettings: strict),
    .target(name: "Core", dependencies: ["CCrypto"], swiftSettings: strict),
    .target(name: "Threads", swiftSettings: strict),
    .target(name: "StrictJSON", dependencies: ["Core"], swiftSettings: strict),
    .target(name: "Subprocesses", dependencies: ["Core", "Threads", "CProcess"], swiftSettings: strict),
    .target(name: "Files", dependencies: ["Core", "CFiles"], swiftSettings: strict),
    // A look at an image comes before a byte of it is stored.
    .target(
      name: "FileStore", dependencies: ["Core", "Files", "ImageAnalysis", "CUTF8Proc"], swiftSettings: strict),
    .target(
      name: "GitRepository", dependencies: ["Core", "Files", "FileStore", "Subprocesses", "CCrypto"],
      swiftSettings: strict),
    .target(name: "ImageAnalysis", dependencies: ["Core", "CPNG", "CColour"], swiftSettings: strict),
    // The pictures of `ledgerctl demo`.
    .target(
      name: "SampleBatch", dependencies: ["Core", "StrictJSON", "ImageAnalysis"], swiftSettings: strict),
    .target(name: "EventLog", dependencies: ["Core", "CCrypto"], swiftSettings: strict),
    .target(
      name: "SQLiteLedger", dependencies: ["Core", "EventLog", "Threads", "CSQLite", "Migrations"],
      swiftSettings: strict),
    .target(name: "Ledger", dependencies: ["Core", "EventLog", "SQLiteLedger"], swiftSettings: strict),
    .target(name: "Redaction", dependencies: ["StrictJSON"], swiftSettings: strict),
    .target(
      name: "ModelContext", dependencies: ["Core", "StrictJSON", "Redaction", "Subprocesses"],
      swiftSettings: strict),
    // What a batch is, and what follows of its events: no file, no clock, no process.
    .target(name: "BatchModel", dependencies: ["Core", "EventLog", "StrictJSON"], swiftSettings: strict),
    .target(name: "AssetBundle", dependencies: ["Core", "StrictJSON", "BatchModel"], swiftSettings: strict),
    .target(
      name: "Extractors",
      dependencies: [
        "Core", "Files", "FileStore", "StrictJSON", "Subprocesses", "Redaction", "BatchModel", "ModelContext",
      ],
      swiftSettings: strict),
    // The page of `report --html`, and what is on it.
    .target(
      name: "Reports", dependencies: ["Core", "BatchModel", "AssetBundle"],
      swiftSettings: strict),
    .target(
      name: "Runner",
      dependencies: [
        "Core", "Files", "FileStore", "GitRepository", "StrictJSON", "Subprocesses", "Ledger",
        "BatchModel", "AssetBundle", "Redaction", "Extractors", "Schemas", "ImageAnalysis",
        "CYAML",
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "ledgerctl",
      dependencies: [
        "Core", "Files", "GitRepository", "StrictJSON", "Subprocesses", "Threads", "Ledger",
        "BatchModel", "Reports", "Runner", "SampleBatch",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "ledger-bench", dependencies: ["Core", "Ledger"], path: "benchmarks/ledger/LedgerBench",
      swiftSettings: strict),
    .executableTarget(
      name: "million-bench", dependencies: ["Core", "Ledger", "BatchModel", "Runner"],
      path: "benchmarks/million/MillionBench", swiftSettings: strict),
    .target(name: "CPassVFS", dependencies: ["CSQLite"], path: "Tests/CPassVFS"),
    .target(name: "CFaultVFS", dependencies: ["CPassVFS"], path: "Tests/CFaultVFS"),
    .target(name: "CPowerVFS", dependencies: ["CPassVFS"], path: "Tests/CPowerVFS"),
    .testTarget(
      name: "LedgerTests",
      dependencies: [
        "Core", "EventLog", "SQLiteLedger", "Ledger", "Migrations", "CSQLite", "CFaultVFS", "CPowerVFS",
        "ledger-bench",
      ],
      exclude: ["hash-chain-vectors.py"],
      swiftSettings: strict),
    .testTarget(
      name: "RunnerTests",
      dependencies: [
        "Core", "Files", "FileStore", "GitRepository", "StrictJSON", "Subprocesses", "Threads",
        "ImageAnalysis", "SampleBatch", "BatchModel", "AssetBundle", "ModelContext", "Redaction",
        "Extractors", "Reports", "Runner", "Ledger", "FuzzedReaders",
      ],
      swiftSettings: strict),
    // A whole world around the runner, in memory: for the tests beside it and for `scripts/simulate`.
    .target(
      name: "SimulatedWorld",
      dependencies: [
        "Core", "Files", "FileStore", "GitRepository", "StrictJSON", "ImageAnalysis", "Ledger", "BatchModel",
        "AssetBundle", "Runner",
      ],
      path: "Tests/Simulation/World",
      swiftSettings: strict),
    .executableTarget(
      name: "ledger-simulate", dependencies: ["Core", "SimulatedWorld"], path: "Tests/Simulation/Command",
      swiftSettings: strict),
    .testTarget(
      name: "SimulationTests", dependencies: ["Core", "SimulatedWorld"], path: "Tests/Simulation/Tests",
      swiftSettings: strict),
    // The readers of what comes from outside, for fuzzers and for the tests that repeat what fuzzers found.
    .target(
      name: "FuzzedReaders",
      dependencies: [
        "Core", "Files", "FileStore", "StrictJSON", "ImageAnalysis", "Ledger", "BatchModel", "AssetBundle",
        "ModelContext", "Redaction", "Extractors", "Runner",
      ],
      path: "Tests/Fuzzing/Readers",
      swiftSettings: strict),
    .executableTarget(
      name: "ledger-fuzz", dependencies: ["Core", "FuzzedReaders"], path: "Tests/Fuzzing/Command",
      swiftSettings: strict),
    .testTarget(
      name: "EndToEnd",
      dependencies: [
        "Core", "Files", "FileStore", "GitRepository", "StrictJSON", "Subprocesses", "ImageAnalysis",
        "SampleBatch", "ledgerctl", "BatchModel", "AssetBundle", "Redaction", "Reports", "Runner", "Ledger",
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// While working on one area: `LEDGERCTL_TEST_TARGETS=EndToEnd,RunnerTests swift build --build-tests` builds these
// tests and what they need, and no other tests, benchmarks or tools.
if let chosen = Context.environment["LEDGERCTL_TEST_TARGETS"], !chosen.isEmpty {
  let tests = Set(chosen.split(separator: ",").map(String.init))
  let tools = [
    "RunnerTests": ["FuzzedReaders"], "SimulationTests": ["SimulatedWorld"],
    "LedgerTests": ["ledger-bench", "CPassVFS", "CFaultVFS", "CPowerVFS"],
  ]
  let kept = tests.union(tests.flatMap { tools[$0] ?? [] })
  package.targets.removeAll { target in
    !kept.contains(target.name) && (target.path != nil && target.name != "Migrations" || target.type == .test)
  }
}
