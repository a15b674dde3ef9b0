using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>A command that could not be understood (<c>Usage</c>), could not run, or ended with a finding's code.</summary>
internal sealed record ErrorDocument(string Code, string Message, FindingDocument? Finding) : CommandDocument("error");
