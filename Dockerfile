# syntax=docker/dockerfile:1
# NetTraffic in a container: PowerShell with the module, capturing as a user who is not root.
# Every command here also runs outside of a container: tests/integration/dockerfile.sh does it.

FROM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
WORKDIR /source
COPY . .
RUN ./build.sh build

# The same distribution as the build stage (.NET 10's images are Ubuntu); no SDK.
FROM mcr.microsoft.com/dotnet/runtime:10.0.12 AS final
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpcap0.8 libcap2-bin \
 && rm -rf /var/lib/apt/lists/*
COPY --from=build /source/artifacts/pwsh /opt/nettraffic/pwsh
# Where PowerShell itself looks for modules: each of the module's commands loads it.
COPY --from=build /source/module /opt/nettraffic/pwsh/Modules/NetTraffic/module
COPY --from=build /source/NetTraffic.psd1 /source/LICENSE /source/CHANGELOG.md /opt/nettraffic/pwsh/Modules/NetTraffic/
# Capturing needs CAP_NET_RAW, and a container's capabilities reach only root. So this one program has it, whoever runs it, where the
# container has it (docker run has, by default; docker-compose.yml adds it). Where it is dropped the program does not start at all:
# "dotnet /opt/nettraffic/pwsh/pwsh.dll" is the same without it, for everything but capturing.
RUN setcap cap_net_raw=ep /opt/nettraffic/pwsh/pwsh \
 && install -d -o "$APP_UID" -g "$APP_UID" -m 750 /var/lib/nettraffic
ENV NETTRAFFIC_HOME=/var/lib/nettraffic \
    HOME=/tmp \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 \
    DOTNET_EnableDiagnostics=0 \
    POWERSHELL_TELEMETRY_OPTOUT=1 \
    POWERSHELL_UPDATECHECK=Off
VOLUME /var/lib/nettraffic
# The user "app" of .NET's images, by its number.
USER $APP_UID
# Stops the capture and writes what it holds.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --retries=3 \
  CMD ["dotnet", "/opt/nettraffic/pwsh/pwsh.dll", "-NonInteractive", "-Command", "if (-not (Get-NetCapture | Where-Object State -EQ Running)) { 'no capture runs'; exit 1 }"]
ENTRYPOINT ["/opt/nettraffic/pwsh/pwsh"]
# The interfaces of NETTRAFFIC_INTERFACE (comma-separated), else that of the default route.
CMD ["-NonInteractive", "-Command", "$where = @{}; if ($env:NETTRAFFIC_INTERFACE) { $where.Interface = $env:NETTRAFFIC_INTERFACE -split ',' }; Start-NetCapture @where -Wait"]
