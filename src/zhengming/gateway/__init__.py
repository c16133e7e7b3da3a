"""Floor 5: the gateway. What programs call instead of the model servers; nothing leaves it unadmitted, unscreened,
unlabelled or unrecorded. Starlette on uvicorn, aiohttp to the upstreams."""
