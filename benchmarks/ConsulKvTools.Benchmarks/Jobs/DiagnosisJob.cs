using System.Text.Json.Nodes;
using ConsulKvTools.Benchmarks.Measuring;
using ConsulKvTools.Benchmarks.Peers;
using ConsulKvTools.Benchmarks.Report;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Benchmarks.Jobs;

/// <summary>A diagnosis of a healthy local agent: in a warm shell, and as a whole process.</summary>
internal sealed class DiagnosisJob : IJob
{
    public string Name => "diagnosis";

    public async Task<JobReport> RunAsync(BenchmarkRun run, CancellationToken cancellation)
    {
        await using var certificates = new CertificateLab();
        var authority = certificates.Authority();
        var agent = await ConsulAgent.StartAsync(null, cancellation).ConfigureAwait(false);
        await using var _ = agent.ConfigureAwait(false);
        var secure = await ConsulAgent.StartAsync(new ConsulAgentOptions { Acl = new AgentAclOptions(), Tls = new AgentTlsOptions(authority.Issue("localhost", "127.0.0.1")) }, cancellation).ConfigureAwait(false);
        await using var __ = secure.ConfigureAwait(false);
        var token = await secure.CreateTokenAsync("""key_prefix "app/" { policy = "write" } node_prefix "" { policy = "read" } agent_prefix "" { policy = "read" } operator = "read" """, cancellation).ConfigureAwait(false);

        using var worker = PowerShellWorker.Start(run.Product.Module);
        var plain = new Contender("Invoke-ConsulDiagnosis, warm", Cmdlet(new() { ["Address"] = agent.AddressText })) { WarmUps = 3 };
        var tls = new Contender("Invoke-ConsulDiagnosis, warm, TLS and ACLs",
            Cmdlet(new() { ["Address"] = secure.HttpsAddress!.OriginalString, ["Token"] = token.SecretId, ["CACertificate"] = authority.CertificateFile }))
        { WarmUps = 3 };
        var warm = await Contest.RunAsync([plain, tls], run.Rounds * 2, "ms", run.Say, cancellation).ConfigureAwait(false);

        var managed = new Contender("consulkv diagnose, run by dotnet", Process("dotnet", run.Product.ManagedCommandLine, "diagnose", "app/benchmark"));
        var managedVersion = new Contender("consulkv --version, run by dotnet", Process("dotnet", run.Product.ManagedCommandLine, "--version"));
        Contender[] contenders = [managed, managedVersion];
        const string Native = "consulkv diagnose, native";
        if (run.Product.NativeCommandLine is { } native)
            contenders = [new(Native, Process(native, "diagnose", "app/benchmark")), new("consulkv --version, native", Process(native, "--version")), .. contenders];
        var whole = await Contest.RunAsync(contenders, run.Rounds * 2, "ms", run.Say, cancellation).ConfigureAwait(false);

        var targets = new List<Target>
        {
            Target.Most("`Invoke-ConsulDiagnosis`, healthy local agent, warm", warm[plain.Name].Median, 150, "ms"),
            Target.Most("`Invoke-ConsulDiagnosis`, with TLS", warm[tls.Name].Median, 250, "ms"),
        };
        var notes = new List<string>();
        if (whole.TryGetValue(Native, out var sample)) targets.Add(Target.Most("`consulkv diagnose`, native, whole process", sample.Median, 250, "ms"));
        else notes.Add($"No native executable: {run.Product.NativeProblem}.");
        if (run.Product.NativeCommandLine is { } file) notes.Add($"The native executable has {new FileInfo(file).Length / 1e6:0.0} MB, symbols in a file of their own.");
        return new JobReport
        {
            Title = "Diagnosis of a healthy local agent",
            What = "In a warm shell and session; and as a whole process, from its start to its end.",
            Tables = [ResultTable.Of("ms", warm, null), ResultTable.Of("ms", whole, null)],
            Targets = targets,
            Notes = notes,
        };

        Func<CancellationToken, Task<double>> Cmdlet(JsonObject arguments) => async stop =>
            (double)(await worker.AskAsync("diagnose.ps1", (JsonObject)arguments.DeepClone(), stop).ConfigureAwait(false))["milliseconds"]!;

        Func<CancellationToken, Task<double>> Process(string program, params string[] arguments) => async stop =>
            (await ProgramRun.RunAsync(program, arguments, stop, environment: new Dictionary<string, string?> { ["CONSUL_HTTP_ADDR"] = agent.AddressText, ["CONSUL_HTTP_TOKEN"] = null }).ConfigureAwait(false))
                .Elapsed.TotalMilliseconds;
    }
}
