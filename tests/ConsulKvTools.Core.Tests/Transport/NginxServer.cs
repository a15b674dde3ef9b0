using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Tests.Transport;

/// <summary>A real nginx on a free loopback port that ends TLS and answers as an agent with a leader does.</summary>
internal sealed class NginxServer : IDisposable
{
    private static readonly string[] Places = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/usr/local/sbin"];
    private readonly Process process;
    private readonly string folder = Directory.CreateTempSubdirectory("consulkv-nginx-").FullName;

    /// <summary>Starts it.</summary>
    /// <param name="certificate">The certificate it shows.</param>
    /// <param name="more">More directives of its server block, each with its semicolon.</param>
    public NginxServer(IssuedCertificate certificate, string more = "")
    {
        var program = Places.Select(place => Path.Combine(place, "nginx")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "nginx is not installed here. Install it to run this test: apt-get install nginx-light");
        Port = OpenSslServer.FreePort();
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off; master_process off; pid {{folder}}/pid; error_log stderr;
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder}}/1; proxy_temp_path {{folder}}/2; fastcgi_temp_path {{folder}}/3; uwsgi_temp_path {{folder}}/4; scgi_temp_path {{folder}}/5;
              server {
                listen 127.0.0.1:{{Port}} ssl;
                ssl_certificate {{certificate.CertificateFile}};
                ssl_certificate_key {{certificate.KeyFile}};
                {{more}}
                location / { default_type application/json; return 200 '"127.0.0.1:8300"'; }
              }
            }
            """);
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in (string[])["-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"]) start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        while (!IsListening())
        {
            if (process.HasExited) throw new InvalidOperationException(process.StandardError.ReadToEnd());
            Thread.Sleep(20);
        }
        // What it has to say is read and dropped, lest it wait for a reader.
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
    }

    public int Port { get; }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private bool IsListening()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
