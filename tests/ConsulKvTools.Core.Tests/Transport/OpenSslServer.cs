using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Tests.Transport;

/// <summary><c>openssl s_server -www</c> on a free loopback port: a TLS server that can be told almost anything.</summary>
internal sealed class OpenSslServer : IDisposable
{
    private readonly Process process;

    public OpenSslServer(params string[] arguments)
    {
        Require();
        Port = FreePort();
        var start = new ProcessStartInfo("openssl") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["s_server", "-accept", $"127.0.0.1:{Port}", "-www", .. arguments]) start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        // The first line ("Using default temp DH parameters" or "ACCEPT") comes when it has read its files; ACCEPT when it listens.
        while (process.StandardOutput.ReadLine() is { } line)
            if (line.Contains("ACCEPT", StringComparison.Ordinal)) break;
        if (process.HasExited) throw new InvalidOperationException(process.StandardError.ReadToEnd());
        // What it has to say is read and dropped, lest it wait for a reader.
        _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    public int Port { get; }

    /// <summary>Skips the test where there is no openssl command.</summary>
    public static void Require() => Assert.SkipUnless(
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, OperatingSystem.IsWindows() ? "openssl.exe" : "openssl"))),
        "The openssl command is not installed here. Install it to run this test: apt-get install openssl");

    /// <summary>A port nothing listens on.</summary>
    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
