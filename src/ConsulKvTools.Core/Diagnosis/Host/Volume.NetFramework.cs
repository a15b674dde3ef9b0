namespace ConsulKvTools.Diagnosis.Host;

internal sealed partial record Volume
{
    // .NET Framework runs on Windows only, where DriveInfo says all there is.
    private static Volume? Native(string path) => null;
}
