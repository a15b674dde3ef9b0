using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Errors;
using ConsulKvTools.Kv;
using ConsulKvTools.Kv.Bulk;
using ConsulKvTools.Validation;

namespace ConsulKvTools.Framework;

/// <summary>The doors of Core that the cmdlets use, each as one call that waits.</summary>
internal static class Doors
{
    public static ConsulKvWriteResult Write(ConsulKvSession session, ConsulKvWrite write) => Wait(new KvWriter(session).WriteAsync(write, CancellationToken.None));

    /// <summary>How many puts of sessions of this name were written, as the metrics have it.</summary>
    public static long Written(string session) => Telemetry.MetricRegistry.Read(name => name == session, reset: false, TimeProvider.System)
        .Where(row => row is { Operation: ConsulKvOperation.Put, Outcome: ConsulKvMetricOutcome.Written }).Sum(row => row.Count);

    public static KvReadResult Read(ConsulKvSession session, string key) => Wait(new KvReader(session).GetAsync(key, ConsulConsistency.Consistent, CancellationToken.None));

    public static List<ConsulKvEntry> List(ConsulKvSession session, string prefix) => Wait(Task.Run(async () =>
    {
        var all = new List<ConsulKvEntry>();
        await foreach (var entry in new KvReader(session).ListAsync(prefix, ConsulConsistency.Default, (_, _) => { }, CancellationToken.None)) all.Add(entry);
        return all;
    }));

    public static List<ConsulKvWriteResult> Bulk(ConsulKvSession session, IEnumerable<ConsulKvWrite> writes) => Wait(Task.Run(async () =>
    {
        var all = new List<ConsulKvWriteResult>();
        using var pipeline = new KvWritePipeline(session, 4, CancellationToken.None);
        foreach (var write in writes) all.AddRange(await pipeline.SubmitAsync(write));
        pipeline.Flush();
        while (await pipeline.NextAsync() is { } result) all.Add(result);
        return all;
    }));

    public static ConsulConnectivityResult Connectivity(ConsulKvSession session) => Wait(ConnectivityTest.RunAsync(session, TimeSpan.FromSeconds(15), CancellationToken.None));

    public static ConsulDiagnosis Diagnose(ConsulKvSession session, string key) => Wait(Diagnoser.RunAsync(session, new DiagnosisRequest { Key = key }, null, CancellationToken.None));

    public static IEnumerable<string> Reports(ConsulDiagnosis diagnosis) =>
        new[] { DiagnosisReportFormat.Json, DiagnosisReportFormat.Markdown, DiagnosisReportFormat.Html }.Select(format => DiagnosisReport.Render([diagnosis], format));

    public static string? Recognise(string text) => ErrorTexts.Recognise(text)?.Code;

    /// <summary>How the checks of a small description end: one name in it is wrong, the rest is right.</summary>
    public static string Environment(string address)
    {
        var data = new Dictionary<string, object> { ["Agents"] = new Dictionary<string, object> { ["here"] = address }, ["Kesy"] = "a" };
        return string.Join(" ", EnvironmentDescription.Read(data, ConsulEnvironment.Empty, path => path)
            .Select(check => Wait(EnvironmentCheckRun.RunAsync(check, null, TimeProvider.System, CancellationToken.None)).Status));
    }

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();
}
