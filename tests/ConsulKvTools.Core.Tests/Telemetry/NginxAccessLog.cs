using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ConsulKvTools.Tests.Telemetry;

/// <summary>A real nginx in front of an agent, whose access log has what proxies usually log: method, path, status and <c>X-Request-Id</c>.</summary>
internal sealed class NginxAccessLog : IDisposable
{
    private static readonly string[] Places = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), "/usr/sbin", "/usr/local/sbin"];
    private readonly Process process;
    private readonly string folder = Directory.CreateTempSubdirectory("consulkv-nginx-").FullName;

    public NginxAccessLog(Uri agent)
    {
        var program = Places.Select(place => Path.Combine(place, "nginx")).FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "nginx is not installed here. Install it to run this test: apt-get install nginx-light");
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            Port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        File.WriteAllText(Path.Combine(folder, "nginx.conf"), $$"""
            daemon off; master_process off; pid {{folder}}/pid; error_log stderr;
            events { }
            http {
              log_format ids '$request_method $uri $status $http_x_request_id $http_traceparent';
              access_log {{folder}}/access.log ids;
              client_body_temp_path {{folder}}/1; proxy_temp_path {{folder}}/2; fastcgi_temp_path {{folder}}/3; uwsgi_temp_path {{folder}}/4; scgi_temp_path {{folder}}/5;
              server { listen 127.0.0.1:{{Port}}; location / { proxy_pass {{agent.GetLeftPart(UriPartial.Authority)}}; } }
            }
            """);
        var start = new ProcessStartInfo(program) { RedirectStandardError = true };
        foreach (var argument in (string[])["-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"]) start.ArgumentList.Add(argument);
        process = Process.Start(start)!;
        _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
        var clock = Stopwatch.StartNew();
        while (!File.Exists(Path.Combine(folder, "pid")) && clock.Elapsed < TimeSpan.FromSeconds(20)) Thread.Sleep(20);
    }

    public int Port { get; }

    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>The lines so far.</summary>
    public string[] Lines => File.ReadAllLines(Path.Combine(folder, "access.log"));

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
