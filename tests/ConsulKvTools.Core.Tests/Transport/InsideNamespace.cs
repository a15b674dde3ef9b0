using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>
/// Runs probes inside a network namespace, by starting this test program there once more with only <see cref="Child"/> to run.
/// </summary>
public sealed class InsideNamespace
{
    private const string Variable = "CONSULKV_TEST_CHILD";

    /// <summary>The root cause and all findings for each address, probed inside.</summary>
    internal static IReadOnlyDictionary<string, string> Probe(NetworkNamespace network, string before, params string[] addresses)
    {
        var file = Path.GetTempFileName();
        File.WriteAllLines(file, addresses);
        var program = Path.ChangeExtension(typeof(InsideNamespace).Assembly.Location, null);
        var (_, output, error) = network.Run(TimeSpan.FromSeconds(60), "bash", "-c",
            $"{before} {Variable}={file} exec {program} -explicit only -method {typeof(InsideNamespace).FullName}.{nameof(Child)} </dev/null");
        var results = file + ".out";
        Assert.True(File.Exists(results), output + error);
        var codes = File.ReadAllLines(results).Select(line => line.Split('\t')).ToDictionary(words => words[0], words => words[1]);
        File.Delete(file);
        File.Delete(results);
        return codes;
    }

    [Fact(Explicit = true)]
    public async Task Child()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } file) return;
        var lines = new List<string>();
        // Read now: where files may not be opened any more, it could not be.
        Assert.NotEmpty(FindingCatalogue.All);
        foreach (var line in File.ReadAllLines(file))
        {
            // address [ca=file] [hold=count] [timeout=seconds] [idle=seconds] [save=file] [limit=seconds]
            var words = line.Split(' ');
            var settings = words.Skip(1).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
            var held = settings.TryGetValue("hold", out var count) ? await HoldAsync(new Uri(words[0]), int.Parse(count, null)) : [];
            using var session = ConsulKvSession.CreateForDiagnosis(
                new ConsulSessionOptions
                {
                    Address = words[0], CACertificate = settings.GetValueOrDefault("ca"),
                    ConnectTimeout = TimeSpan.FromSeconds(double.Parse(settings.GetValueOrDefault("timeout", "1.5"), null)),
                },
                ConsulEnvironment.Empty);
            var clock = Stopwatch.StartNew();
            IProbe[] probes = [new NameProbe(), new ConnectProbe(), new TlsProbe()];
            var request = new DiagnosisRequest();
            if (settings.TryGetValue("idle", out var seconds))
                (probes, request) = ([.. probes, new HttpProbe(), new IdleProbe()], request with { IdleTime = TimeSpan.FromSeconds(int.Parse(seconds, null)) });
            if (settings.TryGetValue("limit", out var limit)) request = request with { Timeout = TimeSpan.FromSeconds(int.Parse(limit, null)) };
            if (settings.ContainsKey("save")) probes = [.. ProbeList.All];
            var diagnosis = await Diagnoser.RunAsync(session, request, probes, null, TestContext.Current.CancellationToken);
            if (settings.TryGetValue("save", out var saved)) await File.WriteAllTextAsync(saved, DiagnosisJson.Write(diagnosis));
            foreach (var socket in held) socket.Dispose();
            var all = diagnosis.Findings.Select(finding => finding.ToString()).Concat(diagnosis.Probes.Select(probe => probe.ToString()));
            lines.Add($"{words[0]}\t{(diagnosis.Findings.Count == 0 ? "none" : string.Join(",", diagnosis.Findings.Select(finding => finding.Code)))}\t{string.Join(" | ", all)}\t{clock.Elapsed}");
        }
        await File.WriteAllLinesAsync(file + ".out", lines);
    }

    private static async Task<List<Socket>> HoldAsync(Uri target, int count)
    {
        var held = new List<Socket>();
        try
        {
            while (held.Count < count)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                held.Add(socket);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(target.Host), target.Port));
            }
        }
        catch (SocketException)
        {
            // Everything there was is taken.
        }
        return held;
    }
}
