using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Diagnosis.Processes;
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
            // address [ca=file] [hold=count] [close=count] [timeout=seconds] [host=1]
            var words = line.Split(' ');
            var settings = words.Skip(1).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
            var held = settings.TryGetValue("hold", out var count) ? await HoldAsync(new Uri(words[0]), int.Parse(count, null)) : [];
            if (settings.TryGetValue("close", out var closed)) await WaitInTimeWaitAsync(new Uri(words[0]), int.Parse(closed, null));
            using var session = ConsulKvSession.CreateForDiagnosis(
                new ConsulSessionOptions
                {
                    Address = words[0], CACertificate = settings.GetValueOrDefault("ca"),
                    ConnectTimeout = TimeSpan.FromSeconds(double.Parse(settings.GetValueOrDefault("timeout", "1.5"), null)),
                },
                ConsulEnvironment.Empty);
            var clock = Stopwatch.StartNew();
            var diagnosis = await Diagnoser.RunAsync(
                session, new DiagnosisRequest(), settings.ContainsKey("host") ? [.. Way, new HostProbe(HostFiles.OfThisMachine), new SocketsProbe(HostFiles.OfThisMachine)] : Way, null, TestContext.Current.CancellationToken);
            foreach (var socket in held) socket.Dispose();
            var all = diagnosis.Findings.Select(finding => finding.ToString()).Concat(diagnosis.Probes.Select(probe => probe.ToString()));
            lines.Add($"{words[0]}\t{(diagnosis.Findings.Count == 0 ? "none" : string.Join(",", diagnosis.Findings.Select(finding => finding.Code)))}\t{string.Join(" | ", all)}\t{clock.Elapsed}");
        }
        await File.WriteAllLinesAsync(file + ".out", lines);
    }

    private static readonly IProbe[] Way = [new NameProbe(), new ConnectProbe(), new TlsProbe()];

    // The side that closes first is the one that waits in TIME_WAIT, once the other side has closed too; where that one resets instead,
    // another is opened.
    private static async Task WaitInTimeWaitAsync(Uri target, int wanted)
    {
        var until = DateTime.UtcNow.AddSeconds(10);
        while (ProcessReader.ReadTcp("/proc", "self").Count(row => row.State == TcpState.TimeWait) is var waiting && waiting < wanted)
        {
            Assert.True(DateTime.UtcNow < until, string.Join("\n", ProcessReader.ReadTcp("/proc", "self")));
            foreach (var socket in await HoldAsync(target, wanted - waiting))
            {
                socket.Shutdown(SocketShutdown.Send);
                await socket.ReceiveAsync(new byte[1]);
                socket.Dispose();
            }
        }
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
