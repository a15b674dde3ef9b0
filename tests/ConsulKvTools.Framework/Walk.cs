using System.Text;

namespace ConsulKvTools.Framework;

/// <summary>What is tried, one promise after the other. Only what Core shows to everybody is used, and a few of its inner doors.</summary>
internal sealed class Walk(string address, string token, string tlsAddress, string authority, string deadAddress)
{
    private int failed;

    public int Run()
    {
        using var session = Open(address, token);
        Step("a session", () => Is(true, session.HasToken));
        Step("a write through Polly", () => Is(ConsulKvOutcome.Written, Write(session, new ConsulKvWrite { Key = "framework/a", Value = Encoding.UTF8.GetBytes("één") }).Outcome));
        ulong index = 0;
        Step("a read", () =>
        {
            var entry = Read(session, "framework/a");
            index = entry.ModifyIndex;
            Is("één", entry.Value);
        });
        Step("a check-and-set that holds", () => Is(ConsulKvOutcome.Written, Write(session, new ConsulKvWrite { Key = "framework/a", Value = [1, 2], Kind = ConsulKvWriteKind.CheckAndSet, Index = index }).Outcome));
        Step("a check-and-set that is lost", () =>
        {
            var lost = Write(session, new ConsulKvWrite { Key = "framework/a", Value = [3], Kind = ConsulKvWriteKind.CheckAndSet, Index = index });
            Is(ConsulKvOutcome.Conflict, lost.Outcome);
        });
        Step("a listing", () =>
        {
            for (var number = 0; number < 50; number++) Write(session, new ConsulKvWrite { Key = $"framework/many/{number}", Value = [(byte)number] });
            Is(50, Doors.List(session, "framework/many/").Count);
        });
        Step("bulk writes in transactions", () =>
        {
            var results = Doors.Bulk(session, Enumerable.Range(0, 200).Select(number => new ConsulKvWrite { Key = $"framework/bulk/{number}", Value = Encoding.UTF8.GetBytes($"{number}") }));
            Is(200, results.Count);
            Is(true, results.All(result => result.Outcome == ConsulKvOutcome.Written));
            Is("framework/bulk/199", results[199].Key);
        });
        Step("operation ids, figures and the write log", () =>
        {
            var log = Path.Combine(Path.GetTempPath(), $"consulkvtools-{Guid.NewGuid():N}.log");
            using (var logged = ConsulKvSession.Create(new ConsulSessionOptions { Address = address, Token = new ConsulSecret(token), LogPath = log, Name = "framework" }, ConsulEnvironment.Empty))
            {
                var written = Write(logged, new ConsulKvWrite { Key = "framework/logged", Value = [1] });
                Is('7', written.OperationId.ToString("N")[12]);
                Doors.Bulk(logged, Enumerable.Range(0, 100).Select(number => new ConsulKvWrite { Key = $"framework/logged/{number}", Value = [1] }));
                logged.Dispose();
                Is(0L, logged.LostLogLines);
                var lines = File.ReadAllLines(log);
                Is(101, lines.Length);
                Is(true, lines[0].Contains(written.OperationId.ToString("D")));
                Is(101L, Doors.Written("framework"));
            }
            File.Delete(log);
            File.Delete(log + ".lock");
        });
        Step("removing", () => Is(ConsulKvOutcome.Written, Write(session, new ConsulKvWrite { Key = "framework/", Kind = ConsulKvWriteKind.DeleteTree }).Outcome));
        Step("a denial has its code", () =>
        {
            using var nobody = Open(address, null);
            var denied = Write(nobody, new ConsulKvWrite { Key = "framework/a", Value = [1] });
            Is(ConsulKvOutcome.Denied, denied.Outcome);
            Is(true, denied.Code!.StartsWith("Acl.", StringComparison.Ordinal));
        });
        Step("an agent that is not there has its code", () =>
        {
            using var dead = Open(deadAddress, null, ConsulRetryPolicy.None);
            Is("Tcp.Refused", Write(dead, new ConsulKvWrite { Key = "framework/a", Value = [1] }).Code);
            Is("Tcp.Refused", Doors.Connectivity(dead).RootCause?.Code);
        });
        Step("a whole diagnosis", () =>
        {
            var diagnosis = Doors.Diagnose(session, "framework/a");
            Is("", diagnosis.RootCause is { Severity: FindingSeverity.Error } fault ? fault.ToString() : "");
            Is(true, diagnosis.Probes.All(probe => probe.Status != ProbeStatus.Error));
        });
        Step("a diagnosis as JSON, Markdown and HTML", () =>
        {
            var diagnosis = Doors.Diagnose(session, "framework/a");
            foreach (var text in Doors.Reports(diagnosis))
            {
                Is(true, text.Length > 200);
                Is(false, text.Contains(token));
            }
        });
        Step("an error text of another client", () => Is("Tcp.Refused", Doors.Recognise("dial tcp 127.0.0.1:8500: connect: connection refused")));
        Step("a description of an environment", () => Is("Failed Passed", Doors.Environment(address)));
        if (tlsAddress.Length > 0)
        {
            Step("TLS with an authority of its own", () =>
            {
                using var tls = ConsulKvSession.Create(new ConsulSessionOptions { Address = tlsAddress, CACertificate = authority, Token = new ConsulSecret(token) }, ConsulEnvironment.Empty);
                var written = Write(tls, new ConsulKvWrite { Key = "framework/tls", Value = [1] });
                Is("Written ", $"{written.Outcome} {written.Code}");
                Is(true, Doors.Connectivity(tls).Succeeded);
            });
            // Mono ends the handshake itself before the certificate is judged, so that only the layer can be told there.
            Step("TLS without it is refused", () =>
            {
                using var tls = ConsulKvSession.Create(new ConsulSessionOptions { Address = tlsAddress, RetryPolicy = ConsulRetryPolicy.None }, ConsulEnvironment.Empty);
                Is(true, Doors.Connectivity(tls).RootCause?.Code.StartsWith("Tls.", StringComparison.Ordinal));
            });
        }
        Console.WriteLine($"done {failed}");
        return failed;
    }

    private static ConsulKvSession Open(string address, string? token, ConsulRetryPolicy? policy = null) =>
        ConsulKvSession.Create(new ConsulSessionOptions { Address = address, Token = token is null ? null : new ConsulSecret(token), RetryPolicy = policy }, ConsulEnvironment.Empty);

    private static ConsulKvWriteResult Write(ConsulKvSession session, ConsulKvWrite write) => Doors.Write(session, write);

    private static ConsulKvEntry Read(ConsulKvSession session, string key) => Doors.Read(session, key).Entry ?? throw new InvalidOperationException("There is no entry.");

    private static void Is<T>(T wanted, T found)
    {
        if (!EqualityComparer<T>.Default.Equals(wanted, found)) throw new InvalidOperationException($"{found} instead of {wanted}");
    }

    private void Step(string name, Action promise)
    {
        try
        {
            promise();
            Console.WriteLine($"ok {name}");
        }
        catch (Exception failure)
        {
            failed++;
            Console.WriteLine($"FAILED {name}: {failure.ToString().Replace("\n", " | ")}");
        }
    }
}
