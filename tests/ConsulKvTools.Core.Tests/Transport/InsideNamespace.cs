using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ConsulKvTools.Diagnosis;
using ConsulKvTools.Diagnosis.Host;
using ConsulKvTools.Diagnosis.Probes;
using ConsulKvTools.Diagnosis.Processes;
using ConsulKvTools.Lab;
using ConsulKvTools.Tests.Diagnosis;
using ConsulKvTools.Tests.Faults;

namespace ConsulKvTools.Tests.Transport;

/// <summary>
/// Runs probes inside a network namespace, or as another user, by starting this test program there once more with only
/// <see cref="Child"/> to run.
/// </summary>
public sealed class InsideNamespace
{
    private const string Variable = "CONSULKV_TEST_CHILD";

    /// <summary>What was found for each address, probed inside.</summary>
    /// <param name="network">Where.</param>
    /// <param name="before">Shell commands to run there first, each ended by a semicolon.</param>
    /// <param name="addresses">Each followed by what <see cref="Child"/> understands: <c>ca=file</c>, <c>hold=count</c>, <c>timeout=seconds</c>, <c>value=bytes</c>.</param>
    internal static IReadOnlyDictionary<string, Seen> Probe(NetworkNamespace network, string before, params string[] addresses) =>
        Probe((shell, patience) => network.Run(patience, "bash", "-c", shell), before, addresses);

    /// <summary>The same outside, as a user without privileges.</summary>
    internal static IReadOnlyDictionary<string, Seen> ProbeAsNobody(params string[] addresses) => Probe(
        (shell, patience) =>
        {
            using var process = Process.Start(new ProcessStartInfo("setpriv", ["--reuid", "65534", "--regid", "65534", "--clear-groups", "bash", "-c", shell])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(patience)) process.Kill();
            return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
        },
        "export HOME=/ DOTNET_EnableDiagnostics=0;", addresses);

    private static Dictionary<string, Seen> Probe(Func<string, TimeSpan, (int ExitCode, string Output, string Error)> run, string before, string[] addresses)
    {
        var folder = Directory.CreateTempSubdirectory("consulkv-child-").FullName;
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        try
        {
            var file = Path.Combine(folder, "addresses");
            File.WriteAllLines(file, addresses);
            var program = Path.ChangeExtension(typeof(InsideNamespace).Assembly.Location, null);
            var (_, output, error) = run(
                $"{before} cd {folder}; {Variable}={file} exec {program} -explicit only -method {typeof(InsideNamespace).FullName}.{nameof(Child)} </dev/null", TimeSpan.FromSeconds(90));
            var results = file + ".out";
            Assert.True(File.Exists(results), output + error);
            return File.ReadAllLines(results).Select(line => line.Split('\t'))
                .ToDictionary(words => words[0], words => new Seen(words[1], words[2], TimeSpan.Parse(words[4], null), words[3]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
            // address [ca=file] [hold=count] [close=count] [host=1] [value=bytes] [timeout=seconds] [idle=seconds] [save=file] [limit=seconds]
            var words = line.Split(' ');
            var settings = words.Skip(1).Select(word => word.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
            var held = settings.TryGetValue("hold", out var count) ? await HoldAsync(new Uri(words[0]), int.Parse(count, null)) : [];
            if (settings.TryGetValue("close", out var closed)) await CloseAsync(await HoldAsync(new Uri(words[0]), int.Parse(closed, null)), int.Parse(closed, null));
            using var session = ConsulKvSession.CreateForDiagnosis(
                new ConsulSessionOptions
                {
                    Address = words[0], CACertificate = settings.GetValueOrDefault("ca"),
                    ConnectTimeout = TimeSpan.FromSeconds(double.Parse(settings.GetValueOrDefault("timeout", "1.5"), null)),
                },
                ConsulEnvironment.Empty);
            var clock = Stopwatch.StartNew();
            IProbe[] probes = Way;
            var request = new DiagnosisRequest();
            if (settings.TryGetValue("idle", out var seconds))
                (probes, request) = ([.. probes, new HttpProbe(), new IdleProbe()], request with { IdleTime = TimeSpan.FromSeconds(int.Parse(seconds, null)) });
            if (settings.ContainsKey("host")) probes = [.. probes, new HostProbe(HostFiles.OfThisMachine), new SocketsProbe(HostFiles.OfThisMachine)];
            // With a value the whole way of its write, else the way to the agent's port.
            if (settings.TryGetValue("value", out var size)) (probes, request) = ([.. ProbeList.All], request with { Key = "app/x", Value = new byte[int.Parse(size, null)] });
            if (settings.TryGetValue("limit", out var limit)) request = request with { Timeout = TimeSpan.FromSeconds(int.Parse(limit, null)) };
            if (settings.ContainsKey("save")) probes = [.. ProbeList.All];
            var diagnosis = await Diagnoser.RunAsync(session, request, probes, null, TestContext.Current.CancellationToken);
            if (settings.TryGetValue("save", out var saved)) await File.WriteAllTextAsync(saved, DiagnosisJson.Write(diagnosis));
            foreach (var socket in held) socket.Dispose();
            var all = diagnosis.Findings.Select(finding => finding.ToString()).Concat(diagnosis.Probes.Select(probe => probe.ToString()));
            lines.Add(string.Join('\t', words[0], diagnosis.Findings.Count == 0 ? "none" : string.Join(",", diagnosis.Findings.Select(finding => finding.Code)),
                diagnosis.Verdict, string.Join(" | ", all), clock.Elapsed));
        }
        await File.WriteAllLinesAsync(file + ".out", lines);
    }

    private static readonly IProbe[] Way = [new NameProbe(), new ConnectProbe(), new TlsProbe()];

    // The side that closes first is the one that waits in TIME_WAIT, once the other side has closed too.
    private static async Task CloseAsync(List<Socket> open, int wanted)
    {
        Assert.Equal(wanted, open.Count);
        foreach (var socket in open) socket.Shutdown(SocketShutdown.Send);
        foreach (var socket in open)
        {
            await socket.ReceiveAsync(new byte[1]);
            socket.Dispose();
        }
        await Eventually.HoldsAsync(() => ProcessReader.ReadTcp("/proc", "self").Count(row => row.State == TcpState.TimeWait) >= wanted,
            () => string.Join("\n", ProcessReader.ReadTcp("/proc", "self")));
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

    /// <summary>What a diagnosis inside said.</summary>
    /// <param name="Codes">The findings' codes, the root cause first, with commas between; <c>none</c> without any.</param>
    /// <param name="Verdict">Its verdict.</param>
    /// <param name="Time">How long it took.</param>
    /// <param name="Report">All findings and probes.</param>
    internal sealed record Seen(string Codes, string Verdict, TimeSpan Time, string Report)
    {
        /// <summary>The root cause carries this code; the fault goes into the matrix.</summary>
        public void Names(string code)
        {
            Assert.True(Codes.Split(',')[0] == code && Verdict != nameof(DiagnosisVerdict.Healthy), $"expected {code}: {Codes}\n{Report.Replace(" | ", "\n")}");
            FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, code, $"{Verdict}, root cause", Time);
        }

        /// <summary>The code is listed, though nothing need be wrong; the fault goes into the matrix.</summary>
        public void Lists(string code)
        {
            Assert.True(Codes.Split(',').Contains(code), $"expected {code}: {Codes}\n{Report.Replace(" | ", "\n")}");
            FaultMatrix.Add(FaultOrigin.Real, TestWords.Here, code, $"{Verdict}, listed", Time);
        }
    }
}
