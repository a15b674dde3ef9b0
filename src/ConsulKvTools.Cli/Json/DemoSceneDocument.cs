using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>One thing the demo broke, and whether the diagnosis named it.</summary>
internal sealed record DemoSceneDocument(string Broken, string Command, string Expected, string Named, bool Right, DiagnosisDocument Diagnosis);
