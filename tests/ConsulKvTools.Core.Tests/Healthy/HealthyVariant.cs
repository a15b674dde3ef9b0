namespace ConsulKvTools.Tests.Healthy;

/// <summary>A set-up that works, and its diagnosis.</summary>
/// <param name="How">The set-up in words: the test's name and the matrix's row.</param>
/// <param name="DiagnoseAsync">Builds it and runs the whole diagnosis.</param>
internal sealed record HealthyVariant(string How, Func<HealthyLab, Task<ConsulDiagnosis>> DiagnoseAsync);
