using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Diagnosis.Processes;

namespace ConsulKvTools.Tests.Host;

/// <summary>Diagnoses as another process.</summary>
internal static class AsProcess
{
    /// <summary>What looks at the process and its sockets, without asking Consul.</summary>
    public static IReadOnlyList<IProbe> Local { get; } =
        [new ConfigurationProbe(), new NameProbe(), new ProcessProbe(HostFiles.OfThisMachine), new SocketsProbe(HostFiles.OfThisMachine)];

    public static async Task<ConsulDiagnosis> DiagnoseAsync(int pid, IReadOnlyList<IProbe>? probes = null, DiagnosisRequest? request = null)
    {
        var (session, program) = ProgramSession.Open(pid, new ConsulSessionOptions(), ConsulEnvironment.Empty);
        using (session)
            return await Diagnoser.RunAsync(session, (request ?? new DiagnosisRequest { Key = "app/x" }) with { Program = program }, probes ?? ProbeList.All, null, TestContext.Current.CancellationToken);
    }
}
